import assert from 'node:assert/strict';
import { connectDirectory } from '../../../../src/auth/connectors/ldap/connect.ts';
import { disconnectDirectory } from '../../../../src/auth/connectors/ldap/disconnect.ts';
import { addGroup } from '../../../../src/directory/ldap/groups/add.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import type { KeptServer } from '../../../support/kept-server.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../../../support/slapd.ts';
import { ldapStage, type LdapStage } from './stage.ts';

describe('a directory that is disconnected and connected again', function () {
  this.timeout(120_000);
  let slapd: Slapd & KeptServer;
  let stage: LdapStage;
  before(async function () {
    if (!isSlapdHere()) this.skip();
    slapd = await startSlapd();
  });
  after(async () => {
    await stage?.stop();
    await slapd?.stop();
  });

  it('lets the same people in again, as the people that they were', async () => {
    stage = await ldapStage('openldap', slapd, ['ldap.example.test'], { basic: 'Basic' });
    const { ground, ldap } = stage.carillon.house;
    const { scope, directory } = stage;
    const anna = 'anna@ldap.example.test';
    const isIn = async (): Promise<boolean> => {
      const visitor = stage.carillon.visitor();
      const page = await stage.signIn(visitor, anna, 'anna', slapd.password);
      return page.status === 303 && (await visitor.followHere(page)).body.includes('You are signed in');
    };
    const people = () =>
      ground.db.read.find(UserTable, { where: { accountId: scope.accountId }, order: { id: 'ASC' } });
    const ids = async () => (await people()).map(({ id, externalId, deletedAt }) => ({ id, externalId, deletedAt }));
    await stage.poll();
    assert.ok(await isIn());
    const before = await ids();

    await disconnectDirectory(ground, ldap, scope, 'root');
    await connectDirectory(ground, ldap, scope, directory.id);
    await addGroup(ground, ldap, scope, { groupName: 'basic', tier: 'Basic' });
    await stage.poll();
    assert.ok(await isIn());
    assert.deepEqual(await ids(), before);
  });
});
