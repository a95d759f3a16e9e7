import { isPostgres } from './src/platform/database/database.ts';
import { postgresSource } from './src/platform/database/postgres/source.ts';
import { sqliteSource } from './src/platform/database/sqlite/source.ts';
import { storage } from './src/storage/storage.ts';

/** For TypeORM's own command line (`npm run typeorm -- migration:show`); the server migrates by itself. */
const url = process.env['DATABASE_URL'] ?? 'data/carillon.db';
export default isPostgres(url) ? postgresSource(url, storage, 'carillon typeorm') : sqliteSource(url, storage);
