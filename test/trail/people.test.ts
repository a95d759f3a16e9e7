import assert from 'node:assert/strict';
import { lazily } from '../../src/platform/database/database.ts';
import { firstRow } from '../../src/platform/database/run.ts';
import { sql } from '../../src/platform/database/sql.ts';
import type { Writer } from '../../src/platform/database/unit.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { withContext } from '../../src/platform/context/context.ts';
import { newId } from '../../src/platform/ids/ids.ts';
import { errors } from '../../src/platform/errors/errors.ts';
import { erasePerson, eraseExpired } from '../../src/trail/people/erase.ts';
import { PersonKeys } from '../../src/trail/people/keys.ts';
import { personal } from '../../src/trail/people/personal.ts';
import { presentRecord } from '../../src/trail/present.ts';
import { listTrail } from '../../src/trail/list.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { administratorId, asAdministrator, sealable, sealAll, type Sealable } from './support.ts';

const refusals = errors({ 'test.taken': { kind: 'Conflict', text: '{value} is taken.' } });
const dayMs = 86_400_000;

describeOnEachEngine('people in the trail', () => {
  let trail: Sealable;
  beforeEach(async () => {
    trail = await sealable();
  });
  afterEach(async () => {
    await trail.stop();
    clock.reset();
  });

  const listed = async () => {
    await trail.ground.trail.flush();
    const records = await listTrail(trail.ground, { organisationId: trail.organisationId, limit: 100 });
    return records.map((record) => presentRecord(record) as Record<string, any>); // eslint-disable-line typescript/no-explicit-any -- CloudTrail's JSON
  };
  const stored = async (): Promise<string> =>
    JSON.stringify(await trail.ground.db.read.query(`SELECT * FROM "trail_records"`));
  const erase = (person: string): Promise<void> => trail.ground.db.write((m) => erasePerson(trail.ground, m, person));

  it('are read as ever, and stand nowhere in the clear', async () => {
    await trail.act(1);
    const [record] = await listed();
    assert.deepEqual(record!['userIdentity'], {
      type: 'Administrator',
      principalId: administratorId,
      accountId: trail.organisationId,
      userName: 'ada',
    });
    assert.deepEqual(record!['responseElements'], { userName: 'person-0@acme.example', tier: 'Pro' });
    assert.deepEqual([record!['sourceIPAddress'], record!['userAgent']], ['203.0.113.7', 'Browser/1.0']);
    assert.doesNotMatch(await stored(), /person-0|203\.0\.113|Browser|"ada"/);
  });

  it('are erased in what is about them; what others did stays, and the trail verifies', async () => {
    const [first, second] = await trail.act(2);
    await sealAll(trail.sealer);
    await erase(first!);
    const [later, earlier] = await listed();
    assert.equal(earlier!['responseElements'].userName, '(erased)');
    assert.equal(earlier!['userIdentity'].userName, 'ada');
    assert.equal(later!['responseElements'].userName, 'person-1@acme.example');
    const report = await trail.verify();
    assert.deepEqual([report.finding, report.records, report.erased], [null, 2, 1]);
    await erase(second!);
    assert.deepEqual([(await trail.verify()).finding, (await trail.verify()).erased], [null, 2]);
  });

  it('are erased in what they did', async () => {
    await trail.act(1);
    await sealAll(trail.sealer);
    await erase(administratorId);
    const [record] = await listed();
    assert.deepEqual(
      [record!['userIdentity'].userName, record!['sourceIPAddress'], record!['userAgent']],
      ['(erased)', '(erased)', '(erased)'],
    );
    assert.equal(record!['userIdentity'].principalId, administratorId, 'an id tells of nobody');
    assert.equal(record!['responseElements'].userName, 'person-0@acme.example');
    assert.equal((await trail.verify()).finding, null);
  });

  it('stay erased in what is written later', async () => {
    await trail.act(1);
    await erase(administratorId);
    await trail.act(1);
    await trail.act(1);
    const records = await listed();
    assert.deepEqual(
      records.map(({ userIdentity }) => userIdentity.userName),
      ['(erased)', '(erased)', '(erased)'],
    );
    await sealAll(trail.sealer);
    assert.deepEqual([(await trail.verify()).finding, (await trail.verify()).records], [null, 3]);
  });

  it('may be erased before they have any record', async () => {
    await erase(administratorId);
    await trail.act(1);
    assert.equal((await listed())[0]!['userIdentity'].userName, '(erased)');
    await sealAll(trail.sealer);
    assert.equal((await trail.verify()).finding, null);
  });

  it('have each their own key when many are named at once, the one that they had or a new one', async () => {
    const { ground, organisationId } = trail;
    const known = await trail.act(3);
    await erase(known[0]!);
    const people = [...known, ...Array.from({ length: 70 }, () => newId())];
    asAdministrator(organisationId, () => {
      for (const about of people)
        ground.trail.observed({
          eventName: 'ListUsers',
          organisationId,
          about,
          requestParameters: { filter: personal(`of ${about}`) },
        });
    });
    await ground.trail.flush();
    await erase(people[10]!);
    const reads = (await listed()).filter(({ eventName }) => eventName === 'ListUsers');
    assert.deepEqual(
      reads.map(({ requestParameters }) => requestParameters.filter),
      people.map((id, i) => (i === 0 || i === 10 ? '(erased)' : `of ${id}`)).toReversed(),
    );
    assert.equal((await trail.verify()).finding, null);
  });

  it('have one key, whoever makes it first', async () => {
    const { db, seal, trail: own } = trail.ground;
    const people = new Map(Array.from({ length: 40 }, () => [newId(), trail.organisationId] as const));
    const other = new PersonKeys(db, seal, 1);
    const backwards = new Map([...people].toReversed());
    const [mine, theirs] = await Promise.all([
      db.write((m) => own.people.ofMany(m, people)),
      db.write((m) => other.ofMany(m, backwards)),
    ]);
    const bytes = (keys: Awaited<ReturnType<PersonKeys['ofMany']>>, id: string): string | undefined =>
      keys.get(id)?.export().toString('hex');
    const all = [...people.keys()];
    assert.ok(all.every((id) => bytes(mine, id)?.length === 64));
    assert.equal(new Set(all.map((id) => bytes(mine, id))).size, 40);
    assert.ok(all.every((id) => bytes(theirs, id) === bytes(mine, id)));
  });

  it('have a key that is on the disk before it is remembered, also where nobody else waits for that', async () => {
    const { db, trail: own } = trail.ground;
    if (db.engine === 'sqlite') return; // there the memory goes with the power
    const waits = (make: (m: Writer) => Promise<unknown>): Promise<string> =>
      db.write(async (m) => {
        await make(m);
        return (await firstRow<{ it: string }>(m, sql`SELECT current_setting('synchronous_commit') AS "it"`))!.it;
      }, lazily);
    const [one, other] = [newId(), newId()];
    const makeOne = (m: Writer): Promise<unknown> => own.people.forWriting(m, one, null);
    const makeMany = (m: Writer): Promise<unknown> => own.people.ofMany(m, new Map([[other, null]]));
    for (const make of [makeOne, makeMany]) assert.deepEqual([await waits(make), await waits(make)], ['on', 'off']);
  });

  it('have no key when the unit that named them was undone', async () => {
    const about = newId();
    const fails = (): Promise<unknown> =>
      trail.ground.db.write(async (m) => {
        await trail.ground.trail.perform({ eventName: 'Change', organisationId: trail.organisationId }, async () => ({
          result: undefined,
          responseElements: { userName: personal('nora@acme.example') },
          about,
        }));
        await m.query('SELECT nothing');
      });
    await assert.rejects(fails);
    const now = async () =>
      trail.ground.trail.perform({ eventName: 'Change', organisationId: trail.organisationId }, async () => ({
        result: undefined,
        responseElements: { userName: personal('nora@acme.example') },
        about,
      }));
    await now();
    assert.equal((await listed())[0]!['responseElements'].userName, 'nora@acme.example');
  });

  it('whom nobody knows keep their values for the time that is set', async () => {
    const { ground, organisationId } = trail;
    const subject = { type: 'Anonymous', principalId: 'sub-of-nora' } as const;
    const context = { requestId: newId(), clientAddress: '198.51.100.9', userAgent: 'curl', identity: subject };
    withContext(context, () =>
      ground.trail.refused(
        { eventName: 'SignIn', organisationId, requestParameters: { userName: personal('nora@acme.example') } },
        refusals('test.taken', { values: { value: 'nora@acme.example' } }),
      ),
    );
    const [record] = await listed();
    assert.equal(record!['sourceIPAddress'], '198.51.100.9');
    assert.equal(record!['userIdentity'].principalId, 'sub-of-nora');
    assert.equal(record!['errorMessage'], 'test.taken: nora@acme.example is taken.');
    assert.doesNotMatch(await stored(), /198\.51|curl|sub-of|nora/);
    await sealAll(trail.sealer);
    clock.advance((ground.config.trailUnknownDays + 1) * dayMs);
    await ground.db.write((m) => eraseExpired(m));
    const [after] = await listed();
    assert.deepEqual(
      [after!['sourceIPAddress'], after!['userIdentity'].principalId, after!['requestParameters'].userName],
      ['(erased)', '(erased)', '(erased)'],
    );
    assert.equal((await trail.verify()).finding, null);
  });

  it('keep their values when another’s day is over', async () => {
    await trail.act(1);
    clock.advance(4_000 * dayMs);
    await trail.ground.db.write((m) => eraseExpired(m));
    assert.equal((await listed())[0]!['userIdentity'].userName, 'ada');
  });

  it('cannot be put into another record', async () => {
    const { ground, organisationId } = trail;
    for (let i = 0; i < 2; i++) {
      await asAdministrator(organisationId, () =>
        ground.trail.perform({ eventName: 'Same', organisationId }, async () => ({ result: undefined })),
      );
    }
    await trail.tamper(
      `UPDATE "trail_records" SET "sealedValues" = (SELECT "sealedValues" FROM "trail_records" ORDER BY "id" LIMIT 1)`,
    );
    const [altered, right] = await listed();
    assert.equal(right!['sourceIPAddress'], '203.0.113.7');
    assert.equal(altered!['sourceIPAddress'], '(altered)');
  });
});
