import assert from 'node:assert/strict';
import { Attribute, Change, Client } from 'ldapts';
import type { House } from '../../../src/app.ts';
import { connectDirectory } from '../../../src/auth/connectors/ldap/connect.ts';
import { addGroup } from '../../../src/directory/ldap/groups/add.ts';
import { authoriseDirectory } from '../../../src/directory/ldap/settings/authorise.ts';
import type { DirectoryInput } from '../../../src/directory/ldap/settings/input.ts';
import { DirectoryFollower } from '../../../src/directory/ldap/sync/follower.ts';
import { ldapSource } from '../../../src/directory/ldap/sync/source.ts';
import { entitlement } from '../../../src/users/entitlement/entitlement.ts';
import { findUsers } from '../../../src/users/find.ts';
import type { Scope } from '../../../src/users/lifecycle/out.ts';
import { testConfig, testHouse } from '../../support/house.ts';
import type { KeptServer } from '../../support/kept-server.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../../support/slapd.ts';
import { until } from '../../support/until.ts';
import { enterprise, inputFor } from './support.ts';

const base = 'dc=ldap,dc=example,dc=test';
const unit = (ou: string): string => `
dn: ou=${ou},${base}
objectClass: organizationalUnit
ou: ${ou}
`;
const person = (ou: string, uid: string): string => `
dn: uid=${uid},ou=${ou},${base}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: ${uid}
mail: ${uid}@ldap.example.test
`;
const ldif = `
${unit('unix')}${person('unix', 'una')}${person('unix', 'uwe')}${person('unix', 'udo')}
dn: cn=crew,ou=unix,${base}
objectClass: posixGroup
cn: crew
gidNumber: 1000
memberUid: una
memberUid: udo
memberUid: nobody-here
${unit('unique')}${person('unique', 'quin')}${person('unique', 'quentin')}${person('unique', 'quirin')}
dn: cn=inner,ou=unique,${base}
objectClass: groupOfUniqueNames
cn: inner
uniqueMember: uid=quin,ou=unique,${base}

dn: cn=crew,ou=unique,${base}
objectClass: groupOfUniqueNames
cn: crew
uniqueMember: cn=inner,ou=unique,${base}
uniqueMember: uid=quentin,ou=unique,${base}#'0101'B
${unit('bare')}${person('bare', 'bea')}`;

describe('groups of other sorts than groupOfNames', function () {
  this.timeout(60_000);
  let slapd: Slapd & KeptServer;
  let house: House & { stop: () => Promise<void> };

  before(async function () {
    if (!isSlapdHere()) this.skip();
    slapd = await startSlapd({ ldif });
  });
  beforeEach(async () => {
    house = await testHouse(testConfig({ outboundPrivateHosts: [slapd.host] }));
  });
  afterEach(() => house?.stop());
  after(() => slapd?.stop());

  const authorise = (scope: Scope, more: Partial<DirectoryInput>) =>
    authoriseDirectory(house.ground, house.ldap, scope, inputFor(slapd, more), null);
  /** A company whose directory is this part of the server; looks at it, and tells who may be in. */
  const company = async (ou: string) => {
    const { ground, ldap } = house;
    const scope = await enterprise(house, 'ldap.example.test');
    const directory = await authorise(scope, { baseDn: `ou=${ou},${base}` });
    await connectDirectory(ground, ldap, scope, directory.id);
    await addGroup(ground, ldap, scope, { groupName: 'crew', tier: 'Basic' });
    const follower = new DirectoryFollower(ground, ldapSource(ground, ldap));
    const poll = () => follower.poll({ ...scope, connectionId: directory.id, name: 'Corporate', changedAt: 0 });
    const mayBeIn = async (uid: string): Promise<boolean> => {
      const [user] = await findUsers(ground.db.read, scope, `${uid}@ldap.example.test`);
      return user !== undefined && (await entitlement(ground.db.read, user.id)).maySignIn;
    };
    await poll();
    return { directory, poll, mayBeIn, stop: () => follower.stop() };
  };

  it('are found out when a directory has no others: posixGroup names its members by their user names', async () => {
    const { directory, poll, mayBeIn, stop } = await company('unix');
    assert.deepEqual(directory.doubts, []);
    assert.equal(directory.groupFilter, '(objectClass=posixGroup)');
    assert.equal(directory.attributes.member, 'memberUid');
    assert.deepEqual(await Promise.all(['una', 'udo', 'uwe'].map(mayBeIn)), [true, true, false]);
    const admin = new Client({ url: slapd.url, tlsOptions: { ca: [slapd.ca] }, timeout: 20_000 });
    await admin.bind(slapd.adminDn, slapd.adminPassword);
    const members = new Attribute({ type: 'memberUid', values: ['una', 'uwe'] });
    await admin.modify(`cn=crew,ou=unix,${base}`, new Change({ operation: 'replace', modification: members }));
    await admin.unbind();
    await until(async () => {
      await poll();
      return (await mayBeIn('uwe')) && !(await mayBeIn('udo'));
    }, 15_000);
    await stop();
  });

  it('are found out when a directory has no others: groupOfUniqueNames, nested too, and with a unique number behind a DN', async () => {
    const { directory, mayBeIn, stop } = await company('unique');
    assert.equal(directory.groupFilter, '(objectClass=groupOfUniqueNames)');
    assert.equal(directory.attributes.member, 'uniqueMember');
    assert.deepEqual(await Promise.all(['quin', 'quentin', 'quirin'].map(mayBeIn)), [true, true, false]);
    await stop();
  });

  it('are not looked for where groupOfNames are used, or nothing is there', async () => {
    const scope = await enterprise(house, 'ldap.example.test');
    for (const baseDn of ['', `ou=bare,${base}`]) {
      const { groupFilter, attributes } = await authorise(scope, { baseDn });
      assert.equal(groupFilter, '(objectClass=groupOfNames)');
      assert.equal(attributes.member, 'member');
    }
  });

  it('that the filter does not find, people neither, and servers that are away are told although all is saved', async () => {
    const scope = await enterprise(house, 'ldap.example.test');
    const away = `ldaps://${slapd.host}:1`;
    const { doubts } = await authorise(scope, { baseDn: `ou=bare,${base}`, servers: `${slapd.url}\n${away}` });
    assert.equal(doubts.length, 2);
    assert.match(doubts[0]!, /The filter finds no group/);
    assert.ok(doubts[1]!.startsWith(`${away}: Nothing listens there.`));
    const nobody = await authorise(scope, { userFilter: '(objectClass=posixAccount)' });
    assert.match(nobody.doubts.join(), /The filter finds no person with a mail address/);
  });

  it('follow from the half that an administrator gave', async () => {
    const scope = await enterprise(house, 'ldap.example.test');
    const byFilter = await authorise(scope, { groupFilter: '(&(objectClass=posixGroup)(cn=c*))' });
    assert.equal(byFilter.attributes.member, 'memberUid');
    const byMember = await authorise(scope, { attributes: 'member: uniquemember' });
    assert.equal(byMember.groupFilter, '(objectClass=groupOfUniqueNames)');
    const both = await authorise(scope, { groupFilter: '(objectClass=posixGroup)', attributes: 'member: member' });
    assert.equal(both.groupFilter, '(objectClass=posixGroup)');
    assert.equal(both.attributes.member, 'member');
  });
});
