import assert from 'node:assert/strict';
import { disconnectDirectory } from '../../src/auth/connectors/ldap/disconnect.ts';
import { connectDirectory } from '../../src/auth/connectors/ldap/connect.ts';
import { requireDirectory } from '../../src/directory/ldap/directories.ts';
import { addGroup } from '../../src/directory/ldap/groups/add.ts';
import { addMembers } from '../../src/directory/groups/members.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { ReceiptTable } from '../../src/users/lifecycle/receipt.entity.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import { isIn, signIn } from '../cli/support.ts';
import { connected, enterprise, inputFor } from '../directory/ldap/support.ts';
import { pushTo } from '../support/company.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { testConfig, testHouse } from '../support/house.ts';
import { isSlapdHere, needSlapd, type Slapd } from '../support/slapd.ts';
import { authoriseDirectory } from '../../src/directory/ldap/settings/authorise.ts';

describeOnEachEngine('consequences: a directory', () => {
  let slapd: Slapd;
  let house: Awaited<ReturnType<typeof testHouse>>;
  before(async function () {
    if (!isSlapdHere()) this.skip();
    slapd = await needSlapd(this);
  });
  beforeEach(async () => {
    house = await testHouse(testConfig({ outboundPrivateHosts: [slapd.host] }));
  });
  afterEach(() => house?.stop());

  const domain = 'ldap.example.test';

  it('Connecting a directory lets nobody in until a group of it gives them a tier', async () => {
    const { ground, ldap, sessions } = house;
    const scope = await enterprise(house, domain);
    const anna = await ground.db.write((m) => registerPerson(ground, m, scope, { address: `anna@${domain}` }));
    const token = await signIn(house, anna);
    const { id } = await authoriseDirectory(ground, ldap, scope, inputFor(slapd), null);
    assert.equal(await isIn(sessions, token), true, 'authorising changes nothing');
    await connectDirectory(ground, ldap, scope, id);
    assert.equal(await isIn(sessions, token), false);
    assert.deepEqual((await entitlement(ground.db.read, anna.id)).because, [{ kind: 'noGroup' }]);
    const { groupId } = await addGroup(ground, ldap, scope, { groupName: 'basic', tier: 'Basic' });
    const ben = await pushTo(ground, { ...scope, connectionId: id }, domain).person('ben');
    await ground.db.write((m) => addMembers(ground, m, { ...scope, connectionId: id }, groupId!, [ben.id]));
    assert.equal((await entitlement(ground.db.read, ben.id)).tier, 'Basic');
  });

  it('Disconnecting a directory puts nobody out, and keeps everybody’s tier', async () => {
    const { ground, ldap, sessions } = house;
    const scope = await connected(house, slapd, domain);
    const people = pushTo(ground, scope, domain);
    const [anna, ben] = [await people.person('anna'), await people.person('ben')];
    const { groupId } = await addGroup(ground, ldap, scope, { groupName: 'pro', tier: 'Pro' });
    await ground.db.write((m) => addMembers(ground, m, scope, groupId!, [ben.id]));
    const token = await signIn(house, ben);
    assert.equal(await disconnectDirectory(ground, ldap, scope, 'admin'), 'EnterpriseLWA');
    assert.equal(await isIn(sessions, token), true);
    assert.deepEqual((await entitlement(ground.db.read, ben.id)).because, [{ kind: 'assigned', tier: 'Pro' }]);
    assert.equal((await entitlement(ground.db.read, anna.id)).because[0]?.kind, 'administrator');
    assert.equal(await ground.db.read.count(ReceiptTable), 0);
  });

  it('With a disconnected directory its groups and mappings go; it stays authorised', async () => {
    const { ground, ldap } = house;
    const scope = await connected(house, slapd, domain);
    await addGroup(ground, ldap, scope, { groupName: 'pro', tier: 'Pro' });
    await disconnectDirectory(ground, ldap, scope, 'admin');
    for (const table of ['connections', 'directory_groups', 'tier_mappings']) {
      assert.deepEqual(await ground.db.read.query(`SELECT * FROM "${table}"`), [], table);
    }
    assert.equal((await requireDirectory(ground.db.read, scope, scope.connectionId)).connectedAt, null);
    await connectDirectory(ground, ldap, scope, scope.connectionId);
  });
});
