import assert from 'node:assert/strict';
import { Attribute, Change, Client, Control } from 'ldapts';
import type { House } from '../../../../src/app.ts';
import { createGroup } from '../../../../src/directory/groups/groups.ts';
import { mapGroup } from '../../../../src/directory/groups/mappings.ts';
import type { DirectoryScope } from '../../../../src/directory/groups/scope.ts';
import { stateOf } from '../../../../src/directory/ldap/sync/state/states.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { testConfig, testHouse } from '../../../support/house.ts';
import type { KeptServer } from '../../../support/kept-server.ts';
import { freePorts } from '../../../support/port.ts';
import { migratedDatabase, needPostgres } from '../../../support/postgres.ts';
import { environmentOf, type ServerProcess, startServerProcess } from '../../../support/server-process.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../../../support/slapd.ts';
import { until } from '../../../support/until.ts';
import { Visitor } from '../../../support/visitor.ts';
import { connectedCompany } from '../company.ts';

describe('following a directory from two processes (PostgreSQL)', function () {
  this.timeout(120_000);
  let slapd: Slapd & KeptServer;
  let owner: Client;
  let house: House & { stop: () => Promise<void> };
  let scope: DirectoryScope;
  const servers: ServerProcess[] = [];
  before(async function () {
    if (!isSlapdHere()) this.skip();
    await needPostgres(this);
    slapd = await startSlapd();
    owner = new Client({ url: slapd.url, tlsOptions: { ca: [slapd.ca] }, timeout: 20_000 });
    await owner.bind(slapd.adminDn, slapd.adminPassword);
    const config = testConfig({ databaseUrl: await migratedDatabase(), outboundPrivateHosts: [slapd.host] });
    house = await testHouse(config);
    ({ scope } = await connectedCompany(house, 'openldap', slapd, ['ldap.example.test']));
    const { searchEntries } = await owner.search(slapd.baseDn, { filter: '(cn=basic)', attributes: ['entryUUID'] });
    const externalId = String(searchEntries[0]!['entryUUID']);
    const { ground } = house;
    await ground.db.write((m) => createGroup(ground, m, scope, { displayName: 'basic', externalId }));
    await mapGroup(ground, scope, { groupName: 'basic', tier: 'Basic' });
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.end('SIGKILL')));
    await owner?.unbind();
    await house?.stop();
    await slapd?.stop();
  });

  const start = async (): Promise<{ url: string; server: ServerProcess }> => {
    const port = await freePorts();
    const env = { ...environmentOf(house.ground.config, port), OUTBOUND_PRIVATE_HOSTS: slapd.host };
    const server = await startServerProcess(env);
    servers.push(server);
    return { url: `http://127.0.0.1:${port}`, server };
  };
  const follower = async (): Promise<string | null> =>
    (await stateOf(house.ground.db.read, scope.connectionId))?.leaseBy ?? null;
  const mayIn = async (): Promise<boolean> => {
    const { read } = house.ground.db;
    const user = await read.findOneBy(UserTable, { primaryAddressKey: 'anna@ldap.example.test' });
    return (await entitlement(read, user?.id ?? '')).maySignIn;
  };
  const anna = 'anna@ldap.example.test';
  const signIn = async (url: string): Promise<Visitor> => {
    const visitor = new Visitor(url);
    const { csrf } = await visitor.get('/signin');
    const fields = { csrf, email: anna, name: 'anna', password: slapd.password, target: '' };
    assert.equal((await visitor.post('/signin/password', fields)).status, 303);
    return visitor;
  };
  const isIn = async (visitor: Visitor, at: string): Promise<boolean> =>
    (await visitor.send(`${at}/me`)).status === 200;
  const lock = (operation: 'add' | 'delete'): Promise<void> => {
    const values = operation === 'add' ? ['000001010000Z'] : [];
    const modification = new Attribute({ type: 'pwdAccountLockedTime', values });
    const dn = `uid=anna,ou=people,${slapd.baseDn}`;
    const relax = new Control('1.3.6.1.4.1.4203.666.5.12', { critical: true });
    return owner.modify(dn, new Change({ operation, modification }), relax);
  };

  it('one follows, both know of a no; and when the one is killed (kill -9), the other goes on', async () => {
    const one = await start();
    await until(mayIn, 30_000);
    const first = await follower();
    const two = await start();

    const visitor = await signIn(one.url);
    assert.ok(await isIn(visitor, two.url));
    await lock('add');
    await until(async () => !(await isIn(visitor, one.url)) && !(await isIn(visitor, two.url)), 20_000);
    assert.equal(await follower(), first, 'the other one waits');

    await lock('delete');
    await until(mayIn, 20_000);
    const again = await signIn(two.url);
    await one.server.end('SIGKILL');
    await lock('add');
    await until(async () => !(await isIn(again, two.url)), 40_000);
    assert.notEqual(await follower(), first);
  });
});
