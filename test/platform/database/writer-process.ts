// A process of its own for kill.test.ts: writes units as fast as it can, and says which were acknowledged.
import { Database, lazily } from '../../../src/platform/database/database.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { storage } from '../../../src/storage/storage.ts';

const [path = '', run = ''] = process.argv.slice(2);
const db = await Database.open(path, storage);

/** What is lazy may go with the machine's power, not with the process. */
async function caller(number: number): Promise<void> {
  for (let i = 0; ; i++) {
    const id = `${run}-${number}-${i}`;
    await db.write(
      async (m) => {
        for (const half of ['a', 'b']) {
          await rows(
            m,
            sql`INSERT INTO "organisations" ("id", "name", "createdAt") VALUES (${`${id}-${half}`}, ${'x'}, ${1})`,
          );
        }
      },
      number % 2 === 0 ? lazily : undefined,
    );
    // Waits for whoever listens: a pipe that is full would refuse a write that does not.
    await new Promise((done) => process.stdout.write(`${id}\n`, done));
  }
}

await Promise.all(Array.from({ length: 16 }, (_, number) => caller(number)));
