import { source } from './src/platform/database/source.ts';
import { storage } from './src/storage/storage.ts';

/** For TypeORM's own command line (`npm run typeorm -- migration:show`); the server migrates by itself. */
export default source(process.env['DATABASE_URL'] ?? 'data/carillon.db', storage);
