import assert from 'node:assert/strict';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Attribute, Change, Client } from 'ldapts';
import type { House } from '../../../../src/app.ts';
import { createGroup } from '../../../../src/directory/groups/groups.ts';
import { mapGroup } from '../../../../src/directory/groups/mappings.ts';
import type { DirectoryScope } from '../../../../src/directory/groups/scope.ts';
import { DirectoryTable } from '../../../../src/directory/ldap/directory.entity.ts';
import { DirectoryFollower, type Source } from '../../../../src/directory/ldap/sync/follower.ts';
import type { DirectoryReader } from '../../../../src/directory/ldap/sync/reader.ts';
import { ldapSource } from '../../../../src/directory/ldap/sync/source.ts';
import { stateOf, wantFull } from '../../../../src/directory/ldap/sync/state/states.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { testConfig, testHouse } from '../../../support/house.ts';
import type { KeptServer } from '../../../support/kept-server.ts';
import { portOf } from '../../../support/port.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../../../support/slapd.ts';
import { connectedCompany } from '../company.ts';

/** What changes while a directory is read is looked at over a second connection, on which nothing else depends. */
(isSlapdHere() ? describe : describe.skip)('the second connection of a read', () => {
  let slapd: Slapd & KeptServer;
  let admin: Client;
  let house: House & { stop: () => Promise<void> };
  let scope: DirectoryScope;
  let between: Server;
  let most = Infinity;
  let fullAt: number | null;
  const open = new Set<Socket>();

  before(async function () {
    this.timeout(60_000);
    slapd = await startSlapd();
    between = createServer((socket) => {
      socket.on('error', () => undefined);
      if (open.size >= most) {
        socket.destroy();
        return;
      }
      open.add(socket);
      const on = connect(Number(new URL(slapd.url).port), slapd.host).on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        on.destroy();
      });
      on.on('close', () => socket.destroy());
      socket.pipe(on).pipe(socket);
    });
    await new Promise<void>((done) => between.listen(0, slapd.host, done));
    house = await testHouse(testConfig({ outboundPrivateHosts: [slapd.host] }));
    const served = { ...slapd, url: `ldaps://${slapd.host}:${portOf(between)}` };
    ({ scope } = await connectedCompany(house, 'openldap', served, ['ldap.example.test']));
    admin = new Client({ url: slapd.url, tlsOptions: { ca: [slapd.ca] }, timeout: 20_000 });
    await admin.bind(slapd.adminDn, slapd.adminPassword);
    const { searchEntries } = await admin.search(slapd.baseDn, { filter: '(cn=basic)', attributes: ['entryUUID'] });
    const externalId = String(searchEntries[0]!['entryUUID']);
    const { ground } = house;
    await ground.db.write((m) => createGroup(ground, m, scope, { displayName: 'basic', externalId }));
    await mapGroup(ground, scope, { groupName: 'basic', tier: 'Basic' });
    await read(ldapSource(ground, house.ldap));
    assert.equal((await state()).errorDetail, null);
    ({ fullAt } = await state());
  });
  after(async () => {
    await house?.stop();
    await admin?.unbind();
    for (const socket of open) socket.destroy();
    between?.close();
    await slapd?.stop();
  });

  const state = async () => (await stateOf(house.ground.db.read, scope.connectionId))!;
  async function read(source: Source): Promise<void> {
    const follower = new DirectoryFollower(house.ground, source, 0);
    await follower.poll({ ...scope, name: 'Corporate', changedAt: 0 });
    await follower.stop();
  }
  /** A whole read, before whose first page something happens. */
  async function during(happens: () => Promise<void>): Promise<void> {
    await house.ground.db.write((m) => wantFull(m, scope.connectionId));
    const source = ldapSource(house.ground, house.ldap);
    const late = (reader: DirectoryReader): DirectoryReader =>
      new Proxy(reader, {
        get: (on, name) => {
          const method = Reflect.get(on, name).bind(on);
          if (name !== 'people') return method;
          return async function* () {
            await happens();
            yield* method();
          };
        },
      });
    await read({
      ...source,
      read: (directory, work) => source.read(directory, (reader, beside) => work(late(reader), beside)),
    });
  }

  it('ends no read when the directory does not give it', async () => {
    most = 1;
    await during(async () => undefined);
    most = Infinity;
    assert.equal((await state()).errorDetail, null);
    assert.ok((await state()).fullAt! > fullAt!);
  });

  it('reads with the settings of the read, whatever is saved meanwhile', async () => {
    const { db } = house.ground;
    const anna = await db.read.findOneBy(UserTable, { primaryAddressKey: 'anna@ldap.example.test' });
    const mayIn = async (): Promise<boolean> => (await entitlement(db.read, anna!.id)).maySignIn;
    assert.equal(await mayIn(), true);
    const { attributes, updatedAt } = (await db.read.findOneBy(DirectoryTable, { id: scope.connectionId }))!;
    const save = (member: string, later: number): Promise<unknown> =>
      db.write((m) =>
        m.update(
          DirectoryTable,
          { id: scope.connectionId },
          { attributes: { ...attributes, member }, updatedAt: updatedAt + later },
        ),
      );
    await during(async () => {
      await save('seeAlso', 1);
      const modification = new Attribute({ type: 'description', values: ['changed'] });
      await admin.modify(`cn=basic,ou=groups,${slapd.baseDn}`, new Change({ operation: 'replace', modification }));
    });
    assert.equal(await mayIn(), true);
    assert.equal((await state()).errorDetail, null);
    await save(attributes.member, 2);
  });

  it('is not made to a directory that was disconnected meanwhile', async () => {
    await during(async () => {
      await house.ground.db.write((m) => m.update(DirectoryTable, { id: scope.connectionId }, { connectedAt: null }));
      house.ldap.forget(scope.connectionId);
    });
    assert.equal(house.ldap.knows(scope.connectionId), false);
  });
});
