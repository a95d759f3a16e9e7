import assert from 'node:assert/strict';
import { Database, lazily } from '../../../../src/platform/database/database.ts';
import { faultOf } from '../../../../src/platform/database/faults.ts';
import { changed, firstRow, later, rows } from '../../../../src/platform/database/run.ts';
import { Sql, sql } from '../../../../src/platform/database/sql.ts';
import type { Writer } from '../../../../src/platform/database/unit.ts';
import { storage } from '../../../../src/storage/storage.ts';
import { emptyDatabase, migratedDatabase, needPostgres } from '../../../support/postgres.ts';

const insert = (m: Writer, id: string): Promise<unknown> =>
  rows(m, sql`INSERT INTO "organisations" ("id", "name", "createdAt") VALUES (${id}, ${'x'}, ${1})`);
const rename = (m: Writer, id: string, name: string): Promise<unknown> =>
  changed(m, sql`UPDATE "organisations" SET "name" = ${name} WHERE "id" = ${id} RETURNING "id"`);

/** Lets two units come to the same place before either goes on. */
function meeting(of: number): () => Promise<void> {
  let here = 0;
  let open = (): void => {};
  const all = new Promise<void>((resolve) => (open = resolve));
  return async () => {
    if (++here === of) open();
    await all;
  };
}

describe('the door to PostgreSQL', () => {
  let db: Database;
  before(async function () {
    await needPostgres(this);
    db = await Database.open(await migratedDatabase(), storage);
  });
  after(() => db?.close());
  const nameOf = async (id: string): Promise<string | undefined> =>
    (await firstRow<{ name: string }>(db.read, sql`SELECT "name" FROM "organisations" WHERE "id" = ${id}`))?.name;

  it('runs a unit again after a deadlock, and its effects once', async () => {
    await db.write(async (m) => {
      await insert(m, 'dead');
      await insert(m, 'lock');
    });
    const met = meeting(2);
    const effects: string[] = [];
    let runs = 0;
    const unit = (name: string, first: string, second: string): Promise<void> =>
      db.write(async (m) => {
        runs++;
        await rename(m, first, name);
        if (runs <= 2) await met();
        await rename(m, second, name);
        db.afterCommit(() => effects.push(name));
      });
    await Promise.all([unit('a', 'dead', 'lock'), unit('b', 'lock', 'dead')]);
    assert.equal(runs, 3);
    assert.deepEqual(effects.toSorted(), ['a', 'b']);
    assert.equal(await nameOf('dead'), await nameOf('lock'));
  });

  it('runs whoever lost a race for a key again, so that the unit’s own check answers', async () => {
    const met = meeting(2);
    let first = 0;
    const unit = (): Promise<void> =>
      db.write(async (m) => {
        if (await firstRow(m, sql`SELECT 1 FROM "organisations" WHERE "id" = ${'raced'}`)) throw new Error('taken');
        if (++first <= 2) await met();
        await insert(m, 'raced');
      });
    const outcomes = await Promise.allSettled([unit(), unit()]);
    assert.deepEqual(outcomes.map((each) => (each.status === 'rejected' ? String(each.reason) : 'done')).toSorted(), [
      'Error: taken',
      'done',
    ]);
    const blind = await db.write((m) => insert(m, 'raced')).catch((error: unknown) => faultOf(error));
    assert.equal(blind, 'unique', 'and says so when no check does');
  });

  it('keeps units that hold an account apart, lets others run beside each other, and never both', async () => {
    const hold = { organisationId: 'o', accountId: 'a' };
    let inside = 0;
    let alone = 0;
    let most = 0;
    const check = async (m: Writer, isAlone: boolean): Promise<void> => {
      await rows(m, sql`SELECT 1`); // a unit that runs beside others has its locks from its first answer on
      inside++;
      if (isAlone) alone++;
      most = Math.max(most, inside);
      await rows(m, sql`SELECT pg_sleep(0.002)`);
      assert.ok(alone === 0 || inside === 1, 'alone is alone');
      if (isAlone) alone--;
      inside--;
    };
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => db.write((m) => check(m, i % 3 === 0), { ...hold, beside: i % 3 !== 0 })),
    );
    assert.ok(most > 1, 'beside each other');
    let runs = 0;
    const raise = (): Promise<void> =>
      db.write(
        async (m) => {
          runs++;
          await db.alone('a');
          await check(m, true);
        },
        { ...hold, beside: true },
      );
    await Promise.all(Array.from({ length: 8 }, raise));
    assert.equal(runs, 16, 'each was undone once, and run again alone');
    await assert.rejects(db.alone('a'), /inside a unit/);
  });

  it('answers no when a statement failed and the unit went on as if nothing were', async () => {
    await assert.rejects(
      db.write(async (m) => {
        await insert(m, 'swallowed');
        await insert(m, 'swallowed').catch(() => {});
      }),
    );
    assert.equal(await nameOf('swallowed'), undefined);
  });

  it('sends the statements of one turn together, in their order, and refuses the unit when one of them fails', async () => {
    const name = async (m: Writer): Promise<unknown> =>
      firstRow(m, sql`SELECT "name" FROM "organisations" WHERE "id" = ${'order'}`);
    const seen = await db.write(async (m) => {
      await later(m, sql`INSERT INTO "organisations" ("id", "name", "createdAt") VALUES (${'order'}, ${'a'}, ${1})`);
      const first = name(m);
      await later(m, sql`UPDATE "organisations" SET "name" = ${'b'} WHERE "id" = ${'order'}`);
      const [one, two] = await Promise.all([first, name(m)]);
      await m.query(`UPDATE "organisations" SET "name" = 'c' WHERE "id" = 'order'`);
      await later(m, sql`UPDATE "organisations" SET "name" = ${'d'} WHERE "id" = ${'order'} AND "name" = ${'c'}`);
      return [one, two];
    });
    assert.deepEqual(seen, [{ name: 'a' }, { name: 'b' }]);
    assert.equal(await nameOf('order'), 'd');
    const twice = sql`INSERT INTO "organisations" ("id", "name", "createdAt") VALUES (${'order'}, ${'x'}, ${1})`;
    const alone = await db.write((m) => later(m, twice)).catch((error: unknown) => faultOf(error));
    assert.equal(alone, 'unique', 'one that goes with the COMMIT');
    const failing = db.write(async (m) => {
      const [bad, good] = await Promise.allSettled([rows(m, twice), rename(m, 'order', 'y')]);
      assert.equal(bad.status, 'rejected');
      assert.equal(good.status, 'rejected', 'what comes after it does not run');
    });
    await assert.rejects(failing);
    assert.equal(await nameOf('order'), 'd');
  });

  it('lets nobody wait for the disk who need not, and everybody else', async () => {
    const waits = async (hold?: typeof lazily): Promise<string> =>
      db.write(
        async (m) => (await firstRow<{ it: string }>(m, sql`SELECT current_setting('synchronous_commit') AS "it"`))!.it,
        hold,
      );
    for (const round of [1, 2]) {
      assert.equal(await waits(lazily), 'off', `round ${round}`);
      assert.equal(await waits(), 'on', 'also on the connection that the lazy unit had');
    }
    const inside = (hold?: typeof lazily): Promise<string> => db.write(() => waits(hold), lazily);
    assert.deepEqual([await inside(lazily), await inside()], ['off', 'on'], 'a unit that joins one which is lazy');
  });

  it('reads what is asked in one turn together, and a question that fails spoils no other', async () => {
    const asked = ['SELECT 1 AS "n"', 'SELECT 1 / 0', 'SELECT 2 AS "n" WHERE FALSE', 'nonsense', 'SELECT 3 AS "n"'];
    const answers = await Promise.allSettled(asked.map((text) => rows(db.read, new Sql([text], []))));
    assert.deepEqual(
      answers.map((each) => (each.status === 'fulfilled' ? each.value : 'refused')),
      [[{ n: 1 }], 'refused', [], 'refused', [{ n: 3 }]],
    );
    const names = ['a "quoted" \\\\ name', '', 'ü, {x}', 'NULL'];
    const found = await rows(db.read, sql`SELECT unnest(${names}::text[]) AS "name"`);
    assert.deepEqual(
      found,
      names.map((name) => ({ name })),
    );
  });

  it('gives whole numbers as numbers, and compares text by its bytes', async () => {
    const row = await firstRow(db.read, sql`SELECT COUNT(*) AS "n", ${2 ** 53}::bigint AS "big" FROM "organisations"`);
    assert.equal(typeof (row as { n: unknown }).n, 'number');
    assert.equal((row as { big: unknown }).big, 2 ** 53);
    const collated = await rows<{ table_name: string; column_name: string }>(
      db.read,
      sql`SELECT table_name, column_name FROM information_schema.columns
          WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying')
          AND table_name <> 'migrations' AND collation_name IS DISTINCT FROM 'C'`,
    );
    assert.deepEqual(collated, []);
  });

  it('reads and writes on after somebody migrated under statements that were prepared', async () => {
    const all = (): Promise<unknown[]> => rows(db.read, sql`SELECT * FROM "organisations" WHERE "id" = ${'dead'}`);
    const touch = (): Promise<unknown> =>
      db.write((m) => changed(m, sql`UPDATE "organisations" SET "name" = 'y' WHERE "id" = ${'dead'} RETURNING *`));
    await all();
    await touch();
    await db.write((m) => rows(m, sql`ALTER TABLE "organisations" ADD COLUMN "later" bigint`));
    await touch();
    await all().catch(() => {});
    assert.equal((await all()).length, 1);
  });

  it('migrates an empty database once, whoever starts at the same time, or not at all', async () => {
    const url = await emptyDatabase();
    class Half {
      name = 'Half1900000000000';
      async up(runner: { query: (text: string) => Promise<unknown> }): Promise<void> {
        await runner.query('CREATE TABLE "half" ("id" text)');
        throw new Error('the other half');
      }
      async down(): Promise<void> {}
    }
    await assert.rejects(
      Database.migrate(url, { ...storage, migrations: [...storage.migrations, Half] }),
      /the other half/,
    );
    const ran = await Promise.all(Array.from({ length: 4 }, () => Database.migrate(url, storage)));
    const numbers = ran.map(({ length }) => length).toSorted((a, b) => a - b);
    assert.deepEqual(numbers, [0, 0, 0, storage.migrations.length]);
  });

  it('refuses a database that could not keep what it is given', async () => {
    const latin = await emptyDatabase(`TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
    await assert.rejects(Database.open(latin, storage), { code: 'database.encoding' });
    const careless = await emptyDatabase();
    const name = new URL(careless.replace('postgres@', 'x')).pathname.slice(1);
    const open = await Database.open(careless, storage);
    await open.write((m) => m.query(`ALTER DATABASE "${name}" SET synchronous_commit = off`));
    await open.close();
    await assert.rejects(Database.open(careless, storage), { code: 'database.durability' });
  });
});
