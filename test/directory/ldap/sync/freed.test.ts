import assert from 'node:assert/strict';
import type { House } from '../../../../src/app.ts';
import { removeDomain } from '../../../../src/users/lifecycle/domains.ts';
import { DomainTable } from '../../../../src/accounts/domains/domain.entity.ts';
import { TrailRecordTable } from '../../../../src/trail/record.entity.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import type { Company } from '../../../support/company.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import type { PaperDirectory } from './paper-directory.ts';
import { paperStage } from './paper-stage.ts';

describeOnEachEngine('entries of a directory whose address somebody else had', () => {
  let house: House;
  let acme: Company;
  let paper: PaperDirectory;
  const stage = paperStage();
  const { poll, map, state, wantWhole } = stage;
  beforeEach(() => {
    ({ house, acme, paper } = stage.now());
  });

  /** The guid of whoever has this address here. */
  const whoIs = async (name: string): Promise<string | null> => {
    const { accountId } = acme.scope;
    const found = await house.ground.db.read.findBy(UserTable, {
      accountId,
      primaryAddressKey: `${name}@acme.example`,
    });
    return found.find(({ deletedAt }) => deletedAt === null)?.externalId ?? null;
  };
  const called = (name: string) => ({ mail: `${name}@acme.example`, addresses: [`${name}@acme.example`] });
  const twice = async (): Promise<void> => {
    await poll();
    await poll();
  };

  it('somebody who was deleted and made anew is somebody else, in by their groups, without a whole read', async () => {
    paper.group('Pros', [paper.person('ada').guid, paper.person('bob').guid]);
    await map('Pros');
    await poll();
    paper.delete('guid-ada');
    paper.person('ada', { guid: 'guid-another-ada' });
    paper.group('Pros', ['guid-another-ada', 'guid-bob']);
    const { fullAt } = await state();
    await twice();
    assert.equal(await whoIs('ada'), 'guid-another-ada');
    const { accountId } = acme.scope;
    const all = await house.ground.db.read.findBy(UserTable, { accountId, primaryAddressKey: 'ada@acme.example' });
    assert.equal(all.length, 2);
    assert.deepEqual([(await state()).fullAt, (await state()).problems], [fullAt, 0]);
    const { id } = all.find(({ deletedAt }) => deletedAt === null)!;
    assert.equal((await entitlement(house.ground.db.read, id)).maySignIn, true);
  });

  it('of two with one address the other has it once the first is gone, or has another', async () => {
    const { guid } = paper.person('ada');
    await poll();
    paper.person('second', called('ada'));
    paper.person('third', called('ada'));
    await poll();
    assert.equal(await whoIs('ada'), guid);
    paper.person('ada', called('countess'));
    await poll();
    const next = await whoIs('ada');
    assert.ok(next === 'guid-second' || next === 'guid-third');
    paper.delete(next);
    await poll();
    assert.equal(await whoIs('ada'), next === 'guid-second' ? 'guid-third' : 'guid-second');
  });

  it('whoever is known already and was given somebody’s address has it when that one lets go of it', async () => {
    paper.person('ada');
    paper.person('bob');
    await poll();
    paper.person('bob', called('ada'));
    await poll();
    assert.equal(await whoIs('bob'), 'guid-bob');
    paper.person('ada', called('countess'));
    await poll();
    assert.deepEqual([await whoIs('ada'), await whoIs('countess')], ['guid-bob', 'guid-ada']);
  });

  it('two who swap their addresses one after the other have each other’s', async () => {
    paper.person('ada');
    paper.person('bob');
    await poll();
    paper.person('ada', called('bob'));
    await poll();
    paper.person('bob', called('ada'));
    await poll();
    assert.deepEqual([await whoIs('ada'), await whoIs('bob')], ['guid-bob', 'guid-ada']);
  });

  it('a whole read gives the address of who is gone to who has it now', async () => {
    paper.person('ada');
    await poll();
    paper.delete('guid-ada');
    paper.person('ada', { guid: 'guid-another-ada' });
    paper.person('bob');
    await wantWhole();
    await poll();
    assert.equal(await whoIs('ada'), 'guid-another-ada');
  });

  it('an address that somebody has still is asked for no more, and leaves no record each second', async () => {
    paper.person('ada');
    await poll();
    paper.person('second', called('ada'));
    await twice();
    const records = async (): Promise<number> => {
      await house.ground.trail.flush();
      const { accountId } = acme.scope;
      return house.ground.db.read.countBy(TrailRecordTable, { accountId, eventName: 'SyncDirectory' });
    };
    const before = await records();
    for (let times = 0; times < 5; times++) await poll();
    assert.equal(await records(), before);
    assert.equal(await whoIs('ada'), 'guid-ada');
  });

  it('people whose domain is removed are counted no more, and their entries say which domain is missing', async () => {
    paper.person('ada');
    paper.person('bob');
    await poll();
    const { organisationId, accountId } = acme.scope;
    const [domain] = await house.ground.db.read.findBy(DomainTable, { accountId });
    await removeDomain(house.ground, { organisationId, accountId, domainId: domain!.id });
    await poll();
    const { people, problems } = await state();
    assert.deepEqual([people, problems], [0, 2]);
    const { fullAt } = await state();
    await twice();
    assert.equal((await state()).fullAt, fullAt);
  });
});
