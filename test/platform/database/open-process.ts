// A process of its own for start.test.ts: opens the database when it is told to, and writes a row.
import { once } from 'node:events';
import { Database } from '../../../src/platform/database/database.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { storage } from '../../../src/storage/storage.ts';

const [path = '', id = ''] = process.argv.slice(2);
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const db = await Database.open(path, storage);
await db.write((m) =>
  rows(m, sql`INSERT INTO "organisations" ("id", "name", "createdAt") VALUES (${id}, ${'x'}, ${1})`),
);
await db.close();
process.exit(0);
