import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Database } from '../../../src/platform/database/database.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { createLog } from '../../../src/platform/log/log.ts';
import { Consumer } from '../../../src/platform/outbox/consumer.ts';
import { Outbox } from '../../../src/platform/outbox/outbox.ts';
import { storage } from '../../../src/storage/storage.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { testFolder } from '../../support/folder.ts';
import { migratedDatabase } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

describeOnEachEngine('the consumer of the outbox', (engine) => {
  const newDatabase = async (): Promise<string> =>
    engine === 'postgres' ? migratedDatabase() : join(testFolder(), 'outbox.db');

  it('outlives a database that cannot be read, says so once, and hears of other processes again', async function () {
    if (engine === 'postgres') this.skip(); // there it hears of them otherwise
    const path = await newDatabase();
    const db = await Database.open(path, storage);
    const other = await Database.open(path, storage);
    const lines: string[] = [];
    const log = createLog({ level: 'info', destination: { write: (line: string) => void lines.push(line) } });
    let heard = 0;
    let failed = 0;
    const look = db.gaps.bind(db);
    const consumer = new Consumer(db, new Outbox(db), log, new Map(), () => void heard++, 1);
    try {
      db.gaps = () => {
        failed++;
        throw new Error('disk I/O error');
      };
      await until(() => failed > 2);
      await other.write((m) =>
        rows(m, sql`INSERT INTO "organisations" ("id", "name", "createdAt") VALUES (${'x'}, ${'x'}, ${1})`),
      );
      db.gaps = look;
      await until(() => heard > 0);
      assert.equal(lines.filter((line) => line.includes('disk I/O error')).length, 1);
    } finally {
      await consumer.stop();
      await other.close();
      await db.close();
    }
  });

  /** An outbox whose database can be told to fail, and a consumer that looks every millisecond. */
  async function failing(handler: (subject: string) => void): Promise<{
    db: Database;
    publish: (subject: string) => Promise<void>;
    /** The next write is stored, and its answer lost. */
    loseAnswer: () => void;
    /** From now on, or no more, no write comes through. */
    away: (isAway: boolean) => void;
    stop: () => Promise<void>;
  }> {
    const db = await Database.open(await newDatabase(), storage);
    const log = createLog({ level: 'silent', destination: { write: () => {} } });
    const outbox = new Outbox(db);
    const write = db.write.bind(db);
    let losing = false;
    let isAway = false;
    const work = async ({ subject }: { subject: string }): Promise<void> => handler(subject);
    const consumer = new Consumer(db, outbox, log, new Map([['work', work]]), () => {}, 1);
    await until(async () => (await rows(db.read, sql`SELECT "id" FROM "outbox"`)).length === 0);
    db.write = async (unit, hold) => {
      if (isAway) throw new Error('Connection terminated unexpectedly');
      const result = await write(unit, hold);
      if (!losing) return result;
      losing = false;
      throw new Error('Connection terminated unexpectedly');
    };
    return {
      db,
      publish: async (subject) => void (await write((m) => outbox.publish(m, 'work', subject, {}))),
      loseAnswer: () => (losing = true),
      away: (now) => (isAway = now),
      stop: async () => {
        await consumer.stop();
        await db.close();
      },
    };
  }

  it('does at once what it had claimed when the answer to that was lost, and does not wait for the claim to run out', async () => {
    const handled: string[] = [];
    const at = await failing((subject) => handled.push(subject));
    try {
      at.loseAnswer();
      await at.publish('one');
      await until(() => handled.length > 0);
      await at.publish('two');
      await until(() => handled.length > 1);
      assert.deepEqual(handled, ['one', 'two']);
    } finally {
      await at.stop();
    }
  });

  it('does again what failed while the database was away, as soon as that is back', async () => {
    const handled: string[] = [];
    const at = await failing((subject) => {
      handled.push(subject);
      if (handled.length > 1) return;
      at.away(true);
      throw new Error('Connection terminated unexpectedly');
    });
    try {
      await at.publish('one');
      await until(() => handled.length === 1);
      at.away(false);
      await until(() => handled.length === 2);
    } finally {
      await at.stop();
    }
  });

  it('counts each try, and keeps what came after a failure of its subject behind it', async () => {
    const handled: string[] = [];
    const at = await failing((subject) => {
      handled.push(subject);
      if (handled.length === 1) throw new Error('not yet');
    });
    try {
      await at.publish('one');
      await at.publish('one');
      const done = sql`SELECT "attempts" FROM "outbox" WHERE "state" = 'done' ORDER BY "id"`;
      await until(async () => (await rows(at.db.read, done)).length === 2);
      const [first] = await rows<{ attempts: string | number }>(at.db.read, done);
      assert.equal(Number(first?.attempts), 2);
      assert.deepEqual(handled, ['one', 'one', 'one']);
    } finally {
      await at.stop();
    }
  });

  it('leaves nothing claimed when it stops', async () => {
    const handled: string[] = [];
    const at = await failing((subject) => {
      handled.push(subject);
      if (handled.length > 1) return;
      at.away(true);
      throw new Error('Connection terminated unexpectedly');
    });
    await at.publish('one');
    await until(() => handled.length === 1);
    const claimed = (): Promise<unknown[]> =>
      rows(at.db.read, sql`SELECT "id" FROM "outbox" WHERE "state" = 'claimed'`);
    // Of one SQLite file there is one server: there nothing is claimed.
    assert.equal((await claimed()).length, engine === 'postgres' ? 1 : 0);
    at.away(false);
    const close = at.db.close.bind(at.db);
    at.db.close = async () => {};
    await at.stop();
    assert.equal((await claimed()).length, 0);
    await close();
  });
});
