import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Database } from '../../../src/platform/database/database.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import type { Reader } from '../../../src/platform/database/unit.ts';
import { storage } from '../../../src/storage/storage.ts';
import { testFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';
import { databaseAt, describeOnEachEngine } from '../../support/engines.ts';

const insert = (m: Reader, id: string): Promise<unknown> =>
  rows(m, sql`INSERT INTO "organisations" ("id", "name", "createdAt") VALUES (${id}, ${'x'}, ${1})`);

async function stored(db: Database): Promise<Set<string>> {
  return new Set(
    (await rows<{ id: string }>(db.read, sql`SELECT "id" FROM "organisations" WHERE "deletedAt" IS NULL`)).map(
      ({ id }) => id,
    ),
  );
}

describeOnEachEngine('security check 38: the door to the database', () => {
  let db: Database;
  let path: string;
  beforeEach(async () => {
    path = await databaseAt(join(testFolder(), 'door.db'));
    db = await Database.open(path, storage);
  });
  afterEach(() => db.close());

  it('stores exactly what it acknowledged: 64 callers at once, some failing, some nesting', async () => {
    const acknowledged = new Set<string>();
    const refused = new Set<string>();
    let unseen = 0;
    const caller = async (worker: number): Promise<void> => {
      for (let i = 0; i < 30; i++) {
        const id = `${worker}-${i}`;
        try {
          await db.write(async (m) => {
            await insert(m, id);
            if (i % 3 === 0) {
              await Promise.all([db.write((n) => insert(n, `${id}-a`)), db.write((n) => insert(n, `${id}-b`))]);
            }
            if (i % 10 === 0) await pause(1); // a slow unit
            if ((worker + i) % 5 === 0) throw new Error('the unit fails');
            if ((worker + i) % 7 === 0) await insert(m, id); // the engine refuses
          });
          acknowledged.add(id);
          if (!(await stored(db)).has(id)) unseen++;
        } catch {
          refused.add(id);
        }
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, worker) => caller(worker)));
    const now = await stored(db);
    assert.deepEqual(
      [...acknowledged].filter((id) => !now.has(id)),
      [],
      'acknowledged and lost',
    );
    assert.deepEqual(
      [...refused].filter((id) => now.has(id) || now.has(`${id}-a`)),
      [],
      'refused and stored',
    );
    const half = [...acknowledged].filter((id) => Number(id.split('-')[1]) % 3 === 0 && !now.has(`${id}-b`));
    assert.deepEqual(half, [], 'half of a unit');
    assert.equal(unseen, 0, 'not seen by a reader that came after the answer');
    assert.equal(acknowledged.size + refused.size, 64 * 30);
    assert.ok(acknowledged.size > 1000 && refused.size > 300);
  });

  it('shows nobody what is not committed', async () => {
    let seen: boolean | null = null;
    await db.write(async (m) => {
      await insert(m, 'hidden');
      // Outside the unit: a reader that another request began.
      seen = await new Promise<boolean>((resolve) => {
        void Promise.resolve().then(async () => resolve((await stored(db)).has('hidden')));
      });
      assert.equal(seen, true, 'the unit sees its own work');
    });
    const outside = rows<{ n: number }>(
      db.read,
      sql`SELECT COUNT(*) AS "n" FROM "organisations" WHERE "deletedAt" IS NULL`,
    );
    assert.equal((await outside)[0]?.n, 1);
  });

  it('runs what was registered after the commit before it answers, and not at all after a failure', async () => {
    const order: string[] = [];
    await db.write(async (m) => {
      await insert(m, 'one');
      db.afterCommit(() => order.push('effect'));
      order.push('unit');
    });
    order.push('answer');
    await assert.rejects(
      db.write(async () => {
        db.afterCommit(() => order.push('never'));
        throw new Error('no');
      }),
    );
    assert.deepEqual(order, ['unit', 'effect', 'answer']);
  });

  it('reads on a connection that cannot write', async () => {
    await assert.rejects(insert(db.read, 'sneaked in'), /readonly|read-only|attempt to write/i);
  });

  it('lets what a unit left running stand outside it', async () => {
    let later: Promise<unknown> = Promise.resolve();
    await db.write(async (m) => {
      await insert(m, 'first');
      later = pause(5).then(() => db.write((n) => insert(n, 'second')));
    });
    await later;
    assert.ok((await stored(db)).has('second'));
  });

  it('notices another process, and writes beside it', async () => {
    const other = await Database.open(path, storage);
    try {
      const before = db.foreignCommits();
      await db.write((m) => insert(m, 'mine'));
      assert.equal(db.foreignCommits(), before, 'own commits are no news');
      await Promise.all(
        Array.from({ length: 50 }, (_, i) => {
          const door = i % 2 ? db : other;
          return door.write(async (m) => {
            await insert(m, `both-${i}`);
            door.tell({ id: `news-${i}`, topic: 'test', subject: 'test', payload: {}, createdAt: 1 });
          });
        }),
      );
      await until(() => db.foreignCommits() !== before);
      assert.equal((await stored(db)).size, 51);
    } finally {
      await other.close();
    }
  });

  it('refuses work once it is closed, and ends what was accepted', async () => {
    const own = await Database.open(await databaseAt(join(testFolder(), 'own.db')), storage);
    const accepted = own.write((m) => insert(m, 'accepted'));
    await own.close();
    await accepted;
    await assert.rejects(own.write((m) => insert(m, 'late')));
  });
});
