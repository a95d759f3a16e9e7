import assert from 'node:assert/strict';
import { Client } from 'ldapts';
import { createGroup } from '../../../../src/directory/groups/groups.ts';
import { mapGroup } from '../../../../src/directory/groups/mappings.ts';
import { guidText } from '../../../../src/directory/ldap/ids.ts';
import { stateOf } from '../../../../src/directory/ldap/sync/state/states.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { TrailRecordTable } from '../../../../src/trail/record.entity.ts';
import { connectedCompany } from '../../../directory/ldap/company.ts';
import { dnOf, fakeGroup, fakePassword, fakePerson, mailOf } from '../../../directory/ldap/fake-people.ts';
import { type FakeAd, startFakeAd } from '../../../support/fake-ad.ts';
import type { KeptServer } from '../../../support/kept-server.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../../../support/slapd.ts';
import { until } from '../../../support/until.ts';
import { ldapStage, type LdapStage } from './stage.ts';

describe('signing in at OpenLDAP', function () {
  this.timeout(90_000);
  let slapd: Slapd & KeptServer;
  let fake: FakeAd;
  let stage: LdapStage;
  before(async function () {
    if (!isSlapdHere()) this.skip();
    slapd = await startSlapd();
    fake = await startFakeAd({
      entries: [fakePerson(1, 'alice'), fakePerson(2, 'bob'), fakeGroup(90, 'Pros', [dnOf('alice'), dnOf('bob')])],
      people: { [dnOf('alice').toLowerCase()]: { password: fakePassword } },
    });
    stage = await ldapStage('openldap', slapd, ['ldap.example.test'], { pro: 'Pro', basic: 'Basic' });
    await stage.poll();
  });
  after(async () => {
    await stage?.stop();
    await fake?.stop();
    await slapd?.stop();
  });

  const tries = (visitor: ReturnType<LdapStage['carillon']['visitor']>, name: string) =>
    stage.signIn(visitor, `${name}@ldap.example.test`, name, slapd.password);
  const isIn = async (name: string): Promise<boolean> => (await tries(stage.carillon.visitor(), name)).status === 303;
  const mayIn = async (address: string): Promise<boolean> => {
    const { read } = stage.carillon.house.ground.db;
    const user = await read.findOneBy(UserTable, { primaryAddressKey: address });
    return (await entitlement(read, user?.id ?? '')).maySignIn;
  };

  it('leaves an account alone that wrong passwords elsewhere have brought near its lock-out', async () => {
    const { baseDn, url, ca } = slapd;
    const dn = `uid=ben,ou=people,${baseDn}`;
    const other = new Client({ url, tlsOptions: { ca: [ca] }, timeout: 20_000 });
    for (let i = 0; i < 2; i++) await assert.rejects(other.bind(dn, `wrong${i}`)); // the third would lock
    assert.equal((await tries(stage.carillon.visitor(), 'ben')).status, 429);
    await other.bind(dn, slapd.password);
    await other.unbind();
    assert.ok(await isIn('ben'), 'the right password elsewhere ends what was counted there');
  });

  for (const [name, cause] of [
    ['locked', 'locked'],
    ['expired', 'passwordExpired'],
  ] as const) {
    it(`tells ${name} no more than anybody, and the administrator what the password policy says`, async () => {
      const page = await tries(stage.carillon.visitor(), name);
      assert.equal(page.status, 403);
      assert.match(page.text, /This user name and this password do not let you in/);
      const { trail, db } = stage.carillon.house.ground;
      await trail.flush();
      const records = await db.read.find(TrailRecordTable, { where: { eventName: 'SignIn' }, order: { id: 'ASC' } });
      assert.equal(records.at(-1)?.requestParameters?.['cause'], cause);
    });
  }

  it('security check 25: serves everybody else while a directory hangs (SIGSTOP), and puts nobody of it out', async () => {
    const { house, visitor } = stage.carillon;
    const { scope } = await connectedCompany(house, 'ad', fake, ['fake.example.test']);
    const externalId = guidText(Buffer.from('90'.padStart(16, '0')));
    await house.ground.db.write((m) => createGroup(house.ground, m, scope, { displayName: 'Pros', externalId }));
    await mapGroup(house.ground, scope, { groupName: 'Pros', tier: 'Pro' });
    await until(() => mayIn(mailOf('bob')), 20_000);
    const anna = visitor();
    assert.equal((await tries(anna, 'anna')).status, 303);

    slapd.pause();
    try {
      let ended = false;
      const hanging = tries(visitor(), 'ben').finally(() => (ended = true));
      const other = visitor();
      const page = await stage.signIn(other, mailOf('alice'), 'alice', fakePassword);
      assert.equal((await other.followHere(page)).status, 200);
      assert.equal(ended, false, 'the other one was not waited for');
      assert.match((await anna.get('/me')).body, /You are signed in/);
      // The other directory is followed meanwhile.
      const entries = [
        fakePerson(1, 'alice', { uSNChanged: ['5000'] }),
        fakePerson(2, 'bob', { userAccountControl: ['514'], uSNChanged: ['5000'] }),
        fakeGroup(90, 'Pros', [dnOf('alice'), dnOf('bob')]),
      ];
      fake.set({ entries, usn: 5_000 });
      await until(async () => !(await mayIn(mailOf('bob'))), 20_000);
      assert.ok(await mayIn(mailOf('alice')));
      assert.equal((await hanging).status, 502);
      assert.match((await anna.get('/me')).body, /You are signed in/);
    } finally {
      slapd.resume();
    }
    await until(() => isIn('ben'), 40_000);
    assert.ok(await mayIn('anna@ldap.example.test'));
    await until(async () => {
      const state = await stateOf(house.ground.db.read, stage.directory.id);
      return state !== null && state.failingSince === null;
    }, 60_000);
  });
});
