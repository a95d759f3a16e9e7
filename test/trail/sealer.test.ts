import assert from 'node:assert/strict';
import { createOrganisation } from '../../src/accounts/organisations/organisations.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import type { Writer } from '../../src/platform/database/unit.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { ChainEntryTable } from '../../src/trail/seals/chain.entity.ts';
import { DigestTable } from '../../src/trail/seals/digest.entity.ts';
import { Digests } from '../../src/trail/seals/digests.ts';
import { Sealer } from '../../src/trail/seals/sealer.ts';
import { listChains, verifyChain } from '../../src/trail/verify/verify.ts';
import { startTestCarillon } from '../support/carillon.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { until } from '../support/until.ts';
import { sealable, sealAll, type Sealable } from './support.ts';

const hourMs = 3_600_000;

/** The same ground, on which the unit's statement of that number does not come back, as when the process dies there. */
function dyingAt({ ground }: Sealable, statement: number): Sealable['ground'] {
  let seen = 0;
  const dying = (m: Writer): Writer =>
    new Proxy(m, {
      get(target, name) {
        const found: unknown = Reflect.get(target, name);
        if (typeof found !== 'function' || !['query', 'insert', 'update', 'find'].includes(String(name))) return found;
        return async (...given: unknown[]) => {
          if (++seen === statement) throw new Error('dead');
          return Reflect.apply(found, target, given) as unknown;
        };
      },
    });
  const db = new Proxy(ground.db, {
    get(target, name) {
      if (name === 'write') return <T>(unit: (m: Writer) => Promise<T>) => target.write((m) => unit(dying(m)));
      const found: unknown = Reflect.get(target, name, target);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
  return { ...ground, db };
}

describeOnEachEngine('the sealer', () => {
  let trail: Sealable;
  beforeEach(async () => {
    trail = await sealable();
  });
  afterEach(async () => {
    await trail.stop();
    clock.reset();
  });

  const assertWhole = async (records: number): Promise<void> => {
    const report = await trail.verify();
    assert.deepEqual([report.finding, report.records, report.waiting], [null, records, 0]);
  };

  it('gives every organisation a chain of its own', async () => {
    const other = await trail.ground.db.write((m) => createOrganisation(m, 'Other'));
    await trail.act(2);
    await trail.act(3, other.id);
    trail.ground.trail.refused(
      { eventName: 'ScimRequest', organisationId: null },
      (await import('../../src/directory/scim/protocol/errors.ts')).scimError('scim.keyRefused'),
    );
    await trail.ground.trail.flush();
    assert.equal(await sealAll(trail.sealer), 6);
    const reports = [];
    for (const chain of await listChains(trail.ground)) reports.push(await verifyChain(trail.ground, chain));
    assert.deepEqual(
      new Map(reports.map(({ chain, records, finding }) => [chain, finding ?? records])),
      new Map([
        [trail.organisationId, 2],
        [other.id, 3],
        ['installation', 1],
      ]),
    );
  });

  it('catches up after any time, in pieces', async () => {
    await trail.act(250);
    assert.equal(await sealAll(trail.sealer), 250);
    await assertWhole(250);
  });

  it('takes records of the first release as they are', async () => {
    await trail.tamper(
      `INSERT INTO "trail_records" ("id", "organisationId", "accountId", "eventName", "eventTime", "readOnly", "identity",
         "requestParameters", "responseElements", "errorCode", "errorMessage", "sourceIpAddress", "userAgent", "requestId")
       VALUES ('0-old', ?, NULL, 'Old', 1, FALSE, '{"type":"Administrator","principalId":"a","userName":"ada"}', NULL, NULL,
         NULL, NULL, '203.0.113.1', 'Old/1', 'r')`,
      trail.organisationId,
    );
    await trail.act(1);
    await sealAll(trail.sealer);
    await assertWhole(2);
    const old = await trail.ground.db.read.findOneBy(TrailRecordTable, { id: '0-old' });
    assert.deepEqual([old?.identity.userName, old?.position, old?.personal], ['ada', 1, null]);
    await trail.tamper(`UPDATE "trail_records" SET "userAgent" = 'x' WHERE "id" = '0-old'`);
    assert.deepEqual((await trail.verify()).finding?.position, 1);
  });

  it('takes a record that is committed late, though its id is older', async () => {
    await trail.act(3);
    await sealAll(trail.sealer);
    await trail.tamper(
      `INSERT INTO "trail_records" ("id", "organisationId", "eventName", "eventTime", "readOnly", "identity",
         "sourceIpAddress", "userAgent", "requestId") VALUES ('0-late', ?, 'Late', 1, FALSE, '{}', '', '', '')`,
      trail.organisationId,
    );
    await sealAll(trail.sealer);
    await assertWhole(4);
    assert.equal((await trail.ground.db.read.findOneBy(TrailRecordTable, { id: '0-late' }))?.position, 4);
  });

  it('leaves a chain that verifies wherever it dies', async () => {
    let records = 0;
    let statement = 0;
    for (let died = true; died;) {
      await trail.act(2);
      records += 2;
      const dying = new Sealer(dyingAt(trail, ++statement));
      died = await dying.turn().then(
        () => false,
        () => true,
      );
      const { finding, records: sealed } = await trail.verify();
      assert.equal(finding, null);
      if (died) assert.equal(sealed, records - 2, 'all of a batch, or none');
      await sealAll(trail.sealer);
      await assertWhole(records);
    }
    assert.ok(statement > 5, 'it died at every statement of a batch');
  });

  it('leaves digests that verify wherever their signing dies', async () => {
    await trail.act(1);
    await sealAll(trail.sealer);
    let statement = 0;
    for (let died = true; died;) {
      clock.advance(hourMs);
      const dying = new Digests(dyingAt(trail, ++statement));
      died = await dying.turn().then(
        () => false,
        () => true,
      );
      assert.equal((await trail.verify()).finding, null);
      await trail.digests.turn();
      const report = await trail.verify();
      assert.deepEqual([report.finding, report.filesMissing], [null, 0]);
      assert.equal(await trail.ground.db.read.countBy(DigestTable, { number: report.digests }), 1);
    }
    assert.ok(statement > 4);
  });

  it('chains each record once with many writers, sealers and signers at work', async () => {
    const other = await trail.ground.db.write((m) => createOrganisation(m, 'Other'));
    const work = { goesOn: true };
    const writers = Array.from({ length: 6 }, async (_, i) => {
      for (let round = 0; round < 6; round++) {
        await trail.act(1 + ((i + round) % 3), i % 3 === 0 ? other.id : trail.organisationId);
        const undone = trail.ground.db.write(async () => {
          await trail.act(1);
          throw new Error('undone');
        });
        await assert.rejects(undone, /undone/);
      }
    });
    const sealers = Array.from({ length: 3 }, async () => {
      const sealer = new Sealer(trail.ground);
      while (work.goesOn) {
        await sealer.turn();
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const signers = Array.from({ length: 2 }, async () => {
      const digests = new Digests(trail.ground);
      while (work.goesOn) {
        clock.advance(600_000);
        await digests.turn();
        await new Promise((resolve) => setImmediate(resolve));
        assert.equal((await trail.verify()).finding, null, 'also verified meanwhile');
      }
    });
    await Promise.all(writers).finally(() => (work.goesOn = false));
    await Promise.all([...sealers, ...signers]);
    await sealAll(trail.sealer);
    const records = await trail.ground.db.read.count(TrailRecordTable);
    assert.equal(await trail.ground.db.read.count(ChainEntryTable), records);
    let verified = 0;
    for (const chain of await listChains(trail.ground)) {
      const report = await verifyChain(trail.ground, chain);
      assert.equal(report.finding, null);
      verified += report.records;
    }
    assert.equal(verified, records);
  }).timeout(30_000);

  it('seals by itself in a running server, what the command line wrote too', async () => {
    const carillon = await startTestCarillon();
    try {
      const { ground } = carillon.house;
      await carillon.visitor().get(carillon.setUpLink);
      await until(async () => {
        const waiting = await ground.db.read.query<unknown[]>(`SELECT 1 FROM "trail_records" WHERE "position" IS NULL`);
        return waiting.length === 0 && (await ground.db.read.count(ChainEntryTable)) > 0;
      });
    } finally {
      await carillon.stop();
    }
  });
});
