import assert from 'node:assert/strict';
import { clock } from '../../../src/platform/clock/clock.ts';
import { Database } from '../../../src/platform/database/database.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { createLog } from '../../../src/platform/log/log.ts';
import { Consumer, type Handler } from '../../../src/platform/outbox/consumer.ts';
import { Outbox } from '../../../src/platform/outbox/outbox.ts';
import { storage } from '../../../src/storage/storage.ts';
import { migratedDatabase, needPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

const log = createLog({ level: 'silent', destination: { write: () => {} } });

/** A promise and what fulfils it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('several processes on one PostgreSQL', () => {
  let url: string;
  const doors: Database[] = [];
  const consumers: Consumer[] = [];
  before(function () {
    return needPostgres(this);
  });
  beforeEach(async () => {
    url = await migratedDatabase();
  });
  afterEach(async () => {
    clock.reset();
    for (const consumer of consumers.splice(0)) await consumer.stop();
    for (const door of doors.splice(0)) await door.close();
  });

  async function node(): Promise<{ db: Database; outbox: Outbox; heard: string[] }> {
    const db = await Database.open(url, storage);
    doors.push(db);
    const outbox = new Outbox(db);
    const heard: string[] = [];
    outbox.listen(({ subject }) => heard.push(subject));
    return { db, outbox, heard };
  }
  const work = ({ db, outbox }: { db: Database; outbox: Outbox }, handler: Handler, topic = 'work'): Consumer => {
    const consumer = new Consumer(db, outbox, log, new Map([[topic, handler]]), () => {});
    consumers.push(consumer);
    return consumer;
  };

  it('hear what others tell, each piece once, also what commits long after what began later', async () => {
    const [here, there] = [await node(), await node()];
    const late = gate();
    const early = there.db.write(async () => {
      there.outbox.announce('test', 'began first');
      await rows(there.db.read, sql`SELECT pg_current_xact_id()`);
      await late.opened; // no SQL: this is how a slow transaction looks from outside
    });
    for (let i = 0; i < 20; i++) await there.db.write(async () => there.outbox.announce('test', `later ${i}`));
    await until(() => here.heard.length === 20);
    late.open();
    await early;
    await until(() => here.heard.length > 20);
    assert.deepEqual(here.heard, [...Array(20).keys()].map((i) => `later ${i}`).concat('began first'));
    await here.db.write(async () => here.outbox.announce('test', 'own'));
    assert.equal(here.heard.at(-1), 'own', 'its own before the answer');
    await until(() => there.heard.includes('own'));
    assert.equal(new Set(there.heard).size, there.heard.length);
    assert.equal(new Set(here.heard).size, here.heard.length);
  });

  it('tell nothing of a unit that was undone', async () => {
    const [here, there] = [await node(), await node()];
    await assert.rejects(
      there.db.write(async () => {
        there.outbox.announce('test', 'undone');
        throw new Error('no');
      }),
    );
    await there.db.write(async () => there.outbox.announce('test', 'done'));
    await until(() => here.heard.length > 0);
    assert.deepEqual(here.heard, ['done']);
  });

  it('handle an event that commits long after those that were published later', async () => {
    const here = await node();
    const handled: string[] = [];
    work(here, async ({ subject }) => void handled.push(subject));
    const late = gate();
    const early = here.db.write(async (m) => {
      await here.outbox.publish(m, 'work', 'first', {});
      await late.opened;
    });
    for (let i = 0; i < 5; i++) await here.db.write((m) => here.outbox.publish(m, 'work', `later ${i}`, {}));
    await until(() => handled.length === 5);
    late.open();
    await early;
    await until(() => handled.includes('first'));
  });

  it('share the work: each event once, each subject in its order', async () => {
    const nodes = await Promise.all([node(), node(), node()]);
    const handled: { subject: string; n: unknown }[] = [];
    for (const each of nodes) {
      work(each, async ({ subject, payload }) => {
        await new Promise((resolve) => setImmediate(resolve));
        handled.push({ subject, n: payload['n'] });
      });
    }
    await Promise.all(
      [...Array(12).keys()].map(async (s) => {
        for (let n = 0; n < 10; n++) {
          const { db, outbox } = nodes[(s + n) % 3]!;
          await db.write((m) => outbox.publish(m, 'work', `s${s}`, { n }));
        }
      }),
    );
    await until(() => handled.length >= 120, 15_000);
    for (const [subject, its] of Map.groupBy(handled, (each) => each.subject)) {
      assert.deepEqual(
        its.map(({ n }) => n),
        [...Array(10).keys()],
        subject,
      );
    }
  });

  it('leave a living process what it has claimed, and take over from one that died', async () => {
    const [living, other] = [await node(), await node()];
    const hold = gate();
    const handled: string[] = [];
    work(living, async () => {
      handled.push('living');
      await hold.opened;
    });
    await living.db.write((m) => living.outbox.publish(m, 'work', 'one', {}));
    await until(() => handled.length === 1);
    // What starts later takes nothing back that is claimed.
    const late = work(other, async () => void handled.push('other'));
    late.wake();
    await other.db.write((m) => other.outbox.publish(m, 'work', 'two', {}));
    await until(() => handled.length === 2);
    assert.deepEqual(handled, ['living', 'other']);
    clock.advance(31_000); // the claim runs out, as it does when its process is gone
    await until(async () => {
      late.wake();
      return handled.length === 3;
    });
    assert.deepEqual(handled, ['living', 'other', 'other']);
    hold.open();
  });
});
