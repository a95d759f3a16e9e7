import assert from 'node:assert/strict';
import type { House } from '../../src/app.ts';
import type { DirectoryScope } from '../../src/directory/groups/scope.ts';
import { storeGroup } from '../../src/directory/ldap/groups/store.ts';
import { connectedCompany } from '../directory/ldap/company.ts';
import { fakeGroup, groupDn } from '../directory/ldap/fake-people.ts';
import { type Ran, runCommand } from '../support/command.ts';
import { type FakeAd, startFakeAd } from '../support/fake-ad.ts';
import { testConfig, testHouse } from '../support/house.ts';

/** As people write the objectGUIDs of `fakeGroup`. */
const idOf = (n: number): string =>
  `30303030-3030-3030-3030-${Buffer.from(String(n).padStart(6, '0')).toString('hex')}`;

describe('groups of one name in a directory', () => {
  let house: House & { stop: () => Promise<void> };
  let fake: FakeAd;
  let scope: DirectoryScope;
  before(async () => {
    house = await testHouse(testConfig({ outboundPrivateHosts: ['127.0.0.1'] }));
    const inOffice = (n: number, office: string) => ({
      ...fakeGroup(n, 'Sales', []),
      dn: groupDn(`Sales,OU=${office}`),
    });
    fake = await startFakeAd({ entries: [inOffice(1, 'Paris'), inOffice(2, 'Rome'), inOffice(3, 'Oslo')] });
    ({ scope } = await connectedCompany(house, 'ad', fake, ['fake.example.test']));
  });
  after(async () => {
    await fake?.stop();
    await house?.stop();
  });
  const call = (...words: string[]): Promise<Ran> => runCommand(house.ground.config, [...words, '--json']);

  it('are told by their ids when the name alone does not say which is meant', async () => {
    const { code, message } = (await call('group', 'map', 'Sales', 'Pro')).error();
    assert.equal(code, 'directory.groupAmbiguous');
    for (const n of [1, 2, 3]) assert.ok(message.includes(idOf(n)), message);
    assert.match(message, /OU=Paris.*OU=Rome.*OU=Oslo/);
  });

  it('get their tier by the id that they have in the directory, and those that are known here by that one', async () => {
    const paris = (await call('group', 'map', idOf(1), 'Pro')).json();
    assert.deepEqual([paris.name, paris.tier], ['Sales', 'Pro']);
    const { ground } = house;
    // Read on the way to people: another group of the name, which has another name here.
    const { id } = await ground.db.write((m) =>
      storeGroup(ground, m, scope, { id: idOf(2), name: 'Sales', dn: groupDn('Sales,OU=Rome') }),
    );
    const rome = (await call('group', 'map', id, 'Basic')).json();
    assert.deepEqual([rome.id, rome.tier], [id, 'Basic']);
    assert.equal((await call('group', 'map', paris.id, 'Basic')).json().tier, 'Basic');
    const { groups } = (await call('group', 'list')).json();
    const tiers = new Map(groups.map(({ id: each, tier }: Record<string, unknown>) => [each, tier]));
    assert.deepEqual([tiers.size, tiers.get(paris.id), tiers.get(id)], [2, 'Basic', 'Basic']);
    const nobody = await call('group', 'map', '30303030-0000-0000-0000-000000000000', 'Pro');
    assert.equal(nobody.error().code, 'directory.groupNotFound');
  });
});
