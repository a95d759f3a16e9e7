import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { AccountTable } from '../../../../src/accounts/accounts/account.entity.ts';
import { AdministratorTable } from '../../../../src/access/administrators/administrator.entity.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { entitlement } from '../../../../src/users/entitlement/entitlement.ts';
import { createPerson } from '../../../../src/users/lifecycle/people.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { newAdministrator } from '../../../support/administrator.ts';
import { lostDomain } from '../../../support/company.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { until } from '../../../support/until.ts';
import { assertRefused, created, dump, type Scim, type Served, serveScim, userBody, userSchema } from '../support.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describeOnEachEngine('SCIM: what a directory writes', () => {
  let served: Served;
  let scim: Scim;
  beforeEach(async () => {
    served = await serveScim();
    scim = served.scim;
  });
  afterEach(() => served.stop());

  const emails = [
    { value: 'paula@acme.example', type: 'work', primary: true },
    { value: 'paula@home.example', type: 'home' },
  ];
  const paulaBody = userBody('paula', { externalId: '00u1', displayName: 'Paula', title: 'Dr', emails });
  const find = async (name: string) =>
    (await scim.get(`/Users?filter=${encodeURIComponent(`userName eq "${name}@acme.example"`)}`)).body;

  it('says when somebody was changed, and does not when nothing was', async () => {
    const paula = await created(scim, '/Users', paulaBody);
    const { ground } = served.house;
    const long = Date.parse('2020-01-01T00:00:00Z');
    const lastModified = async (): Promise<unknown> =>
      ((await scim.get(`/Users/${paula}`)).body['meta'] as Record<string, unknown>)['lastModified'];
    await ground.db.write((m) => m.update(UserTable, { id: paula }, { updatedAt: long }));
    for (const operation of [
      { op: 'add', path: 'emails', value: [emails[1]] },
      { op: 'add', path: 'emails', value: [{ value: 'PAULA@home.example', type: 'home' }] },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'paula@acme.example' },
      { op: 'replace', path: 'emails', value: emails },
      { op: 'add', value: { title: 'Dr', active: 'True', id: paula, nonsense: 1 } },
      { op: 'remove', path: 'phoneNumbers' },
      { op: 'remove', path: 'emails[type eq "other"]' },
      { op: 'replace', path: `${enterprise}:manager`, value: null },
    ])
      assert.equal((await scim.patch(`/Users/${paula}`, operation)).status, 200, JSON.stringify(operation));
    assert.equal((await scim.put(`/Users/${paula}`, paulaBody)).status, 200);
    assert.equal(await lastModified(), '2020-01-01T00:00:00.000Z');
    await scim.patch(`/Users/${paula}`, { op: 'replace', value: { active: false } });
    assert.notEqual(await lastModified(), '2020-01-01T00:00:00.000Z');
  });

  it('does all operations or none, also when the last one meets what only the database knows', async () => {
    const paula = await created(scim, '/Users', paulaBody);
    await created(scim, '/Users', userBody('nora'));
    const before = await dump(served.house);
    const reply = await scim.patch(
      `/Users/${paula}`,
      { op: 'replace', path: 'displayName', value: 'changed' },
      { op: 'replace', path: 'active', value: false },
      { op: 'replace', path: 'userName', value: 'NORA@acme.example' },
    );
    assertRefused(reply, 409, 'uniqueness');
    assert.equal(await dump(served.house), before);
  });

  it('keeps addresses of any domain, of which none but the primary one counts', async () => {
    const paula = await created(scim, '/Users', paulaBody);
    const add = { op: 'add', path: 'emails[type eq "other"].value', value: 'paula@elsewhere.example' };
    assert.equal((await scim.patch(`/Users/${paula}`, add)).status, 200);
    const primary = { op: 'replace', path: 'emails[type eq "other"].primary', value: true };
    assertRefused(await scim.patch(`/Users/${paula}`, primary), 400, 'invalidValue', 'elsewhere.example');
    const stored = await served.house.ground.db.read.findOneBy(UserTable, { id: paula });
    assert.equal(stored?.primaryAddress, 'paula@acme.example');
  });

  it('takes every no, whatever address comes with it, and no yes until the address is its own again', async () => {
    const entra = { op: 'Replace', path: 'active', value: 'False' };
    const foreign = (name: string) => `${name}@elsewhere.example`;
    const requests: ((id: string, name: string) => Promise<{ status: number; text: string }>)[] = [
      (id, name) => scim.patch(`/Users/${id}`, entra, { op: 'Replace', path: 'userName', value: foreign(name) }),
      (id, name) =>
        scim.patch(`/Users/${id}`, entra, { op: 'add', path: 'emails[type eq "work"].value', value: foreign(name) }),
      (id, name) => scim.put(`/Users/${id}`, { userName: foreign(name), active: false }),
    ];
    for (const [i, request] of requests.entries()) {
      const [name, words] = [`q${i}`, 'Claim and verify elsewhere.example'];
      const id = await created(scim, '/Users', userBody(name));
      const moved = { op: 'replace', value: { userName: foreign(name) } };
      assertRefused(await scim.patch(`/Users/${id}`, moved), 400, 'invalidValue', words);
      const { status, text } = await request(id, name);
      assert.equal(status, 200, text);
      const { body } = await scim.get(`/Users/${id}`);
      assert.equal(body['active'], false);
      assert.ok(JSON.stringify(body).includes(foreign(name)), 'it is stored');
      const { ground } = served.house;
      assert.deepEqual(
        (await entitlement(ground.db.read, id)).because.map(({ kind }) => kind).filter((kind) => kind !== 'noGroup'),
        ['directory', 'domain'],
      );
      const title = { op: 'replace', path: 'title', value: 'was here' };
      assert.equal((await scim.patch(`/Users/${id}`, title)).status, 200, 'who is out stays changeable');
      assertRefused(
        await scim.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: true }),
        400,
        'invalidValue',
        words,
      );
      const back = userBody(name, { active: true });
      assertRefused(await scim.put(`/Users/${id}`, { ...back, userName: foreign(name) }), 400, 'invalidValue', words);
      assert.equal((await scim.get(`/Users/${id}`)).body['active'], false);
      assert.equal((await scim.put(`/Users/${id}`, back)).status, 200);
      assert.equal((await scim.get(`/Users/${id}`)).body['active'], true);
    }
    const fresh = { userName: 'new@elsewhere.example', active: false };
    assertRefused(await scim.post('/Users', fresh), 400, 'invalidValue', 'elsewhere.example');
  });

  it('ends what somebody holds once, by the no and not by the address beside it', async () => {
    const { ground } = served.house;
    const id = await created(scim, '/Users', userBody('live'));
    await ground.db.write((m) => m.update(UserTable, { id }, { liveUntil: clock.now() + 60_000 }));
    const before = await ground.db.read.findOneBy(UserTable, { id });
    const no = { op: 'replace', value: { active: false, userName: 'live@elsewhere.example' } };
    assert.equal((await scim.patch(`/Users/${id}`, no)).status, 200);
    const after = await ground.db.read.findOneBy(UserTable, { id });
    assert.deepEqual([after?.epoch, after?.liveUntil], [before!.epoch + 1, null]);
  });

  it('takes no address for the primary one that is said to be another', async () => {
    const other = [{ value: 'o@elsewhere.example', type: 'other', primary: false }];
    const id = await created(scim, '/Users', userBody('olaf', { emails: other }));
    const stored = await served.house.ground.db.read.findOneBy(UserTable, { id });
    assert.deepEqual([stored?.primaryAddress, stored?.primaryDomain], ['olaf@acme.example', 'acme.example']);
    assert.deepEqual((await scim.get(`/Users/${id}`)).body['emails'], other);
  });

  it('still takes every no to somebody whose domain is gone, whatever comes with it', async () => {
    const requests: ((id: string, name: string) => Promise<{ status: number; text: string }>)[] = [
      (id) => scim.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' }),
      (id) => scim.patch(`/Users/${id}`, { op: 'replace', value: { active: false, displayName: 'Gone' } }),
      (id, name) => scim.put(`/Users/${id}`, userBody(name, { active: false, title: 'was here' })),
      (id, name) => scim.put(`/Users/${id}`, { userName: `${name.toUpperCase()}@ACME.example`, active: false }),
    ];
    const people = await Promise.all(requests.map((_, i) => created(scim, '/Users', userBody(`p${i}`))));
    const last = await created(scim, '/Users', userBody('last'));
    await lostDomain(served.house.ground, served.acme.scope);
    for (const [i, request] of requests.entries()) {
      const { status, text } = await request(people[i]!, `p${i}`);
      assert.equal(status, 200, text);
      assert.equal((await scim.get(`/Users/${people[i]}`)).body['active'], false);
    }
    const moved = { op: 'replace', value: { userName: 'new@acme.example' } };
    assertRefused(await scim.patch(`/Users/${last}`, moved), 400, 'invalidValue', 'Claim and verify acme.example');
    assert.equal((await scim.delete(`/Users/${last}`)).status, 204);
  });

  it('security check 19: hears every no that is said, and none that is not', async () => {
    const silent = [
      (id: string) => scim.put(`/Users/${id}`, paulaBody),
      (id: string) => scim.put(`/Users/${id}`, { ...paulaBody, active: null }),
      (id: string) => scim.patch(`/Users/${id}`, { op: 'replace', value: { title: 'Prof' } }),
      (id: string) => scim.patch(`/Users/${id}`, { op: 'add', value: { active: null } }),
    ];
    const said = [
      { op: 'replace', value: { active: false } },
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'REPLACE', path: 'active', value: 'false' },
      { op: 'add', path: 'ACTIVE', value: false },
      { Op: 'replace', Path: `${userSchema}:active`, Value: [{ $ref: null, value: 'False' }] },
      { op: 'replace', value: { [`${userSchema}:active`]: 'False' } },
    ];
    const paula = await created(scim, '/Users', paulaBody);
    const isActive = async (): Promise<unknown> => (await scim.get(`/Users/${paula}`)).body['active'];
    for (const no of said) {
      for (const request of silent) assert.equal((await request(paula)).status, 200);
      assert.equal(await isActive(), true);
      assert.equal((await scim.patch(`/Users/${paula}`, no)).status, 200, JSON.stringify(no));
      assert.equal(await isActive(), false, JSON.stringify(no));
      for (const request of silent) assert.equal((await request(paula)).status, 200);
      assert.equal(await isActive(), false, 'nor is a yes heard that nobody says');
      await scim.patch(`/Users/${paula}`, { op: 'replace', path: 'active', value: 'True' });
    }
  });

  it('security check 18: makes nobody twice when an answer was lost, and wipes nothing', async () => {
    const { hostname, port } = new URL(served.baseUrl);
    const body = JSON.stringify(paulaBody);
    const socket = connect(Number(port), hostname);
    const closed = once(socket, 'close');
    socket.write(
      `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${served.token}\r\n` +
        `Content-Type: application/scim+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const stored = await until(async () => {
      const found = await find('paula');
      return found['totalResults'] === 1 && found.Resources[0]!;
    });
    socket.destroy();
    await closed;
    for (const retry of [paulaBody, userBody('paula'), userBody('Paula', { active: false })])
      assertRefused(await scim.post('/Users', retry), 409, 'uniqueness');
    const found = await find('paula');
    assert.deepEqual(found.Resources, [stored]);
  });

  it('lets go of the name of somebody deleted, who is found no more', async () => {
    const paula = await created(scim, '/Users', paulaBody);
    assert.equal((await scim.delete(`/Users/${paula}`)).status, 204);
    for (const gone of [
      await scim.get(`/Users/${paula}`),
      await scim.delete(`/Users/${paula}`),
      await scim.put(`/Users/${paula}`, paulaBody),
      await scim.patch(`/Users/${paula}`, { op: 'replace', value: { active: true } }),
    ])
      assertRefused(gone, 404);
    assert.equal((await find('paula'))['totalResults'], 0);
    const again = await created(scim, '/Users', paulaBody);
    assert.notEqual(again, paula);
    const on = served.house.ground.db.read;
    const [old, fresh] = [await on.findOneBy(UserTable, { id: paula }), await on.findOneBy(UserTable, { id: again })];
    assert.ok(old?.deletedAt, 'kept under the dead id until it is erased');
    assert.deepEqual([fresh?.epoch, fresh?.joinedAt, fresh?.deletedAt], [1, null, null]);
  });

  it('security check 17: does not touch administrators, nor people whom it has not pushed', async () => {
    const { house, acme } = served;
    const { ground } = house;
    const { administratorId } = await newAdministrator(house, 'ada@acme.example', acme.scope.organisationId);
    const own = await ground.db.write((m) =>
      createPerson(ground, m, acme.scope, null, {
        userName: 'olga@acme.example',
        externalId: null,
        displayName: null,
        profile: {},
        emails: [],
        primary: null,
      }),
    );
    const before = await dump(house);
    for (const id of [administratorId, own.id, acme.scope.accountId]) {
      assertRefused(await scim.get(`/Users/${id}`), 404);
      assertRefused(await scim.put(`/Users/${id}`, userBody('ada')), 404);
      assertRefused(await scim.patch(`/Users/${id}`, { op: 'replace', value: { active: false } }), 404);
      assertRefused(await scim.delete(`/Users/${id}`), 404);
    }
    assert.equal((await find('olga'))['totalResults'], 0);
    assert.equal(await dump(house), before);
    // Pushed by her name she becomes the directory's, as who she is.
    assert.equal(await created(scim, '/Users', userBody('olga')), own.id);
    const administrators = () => ground.db.read.findBy(AdministratorTable, { id: administratorId });
    const ada = await administrators();
    const namesake = await created(scim, '/Users', userBody('ada', { roles: ['admin'], userType: 'Administrator' }));
    assert.equal((await scim.delete(`/Users/${namesake}`)).status, 204);
    assert.deepEqual(await administrators(), ada);
  });

  it('security check 17: gives nobody a tier, an account or another connection', async () => {
    const paula = await created(scim, '/Users', paulaBody);
    const on = served.house.ground.db.read;
    const accounts = await on.find(AccountTable);
    const before = await on.findOneBy(UserTable, { id: paula });
    const said = {
      permissionTier: 'Pro',
      licence: 'Pro',
      tier: 'Pro',
      accountId: 'another',
      organisationId: 'another',
      connectionId: 'another',
      epoch: 0,
      version: 0,
      joinedAt: 1,
      deletedAt: 1,
      meta: { created: '1999-01-01T00:00:00Z' },
    };
    assert.equal((await scim.patch(`/Users/${paula}`, { op: 'replace', value: said })).status, 200);
    assert.equal((await scim.put(`/Users/${paula}`, { ...paulaBody, ...said })).status, 200);
    for (const path of Object.keys(said).filter((name) => name !== 'meta'))
      assertRefused(await scim.patch(`/Users/${paula}`, { op: 'add', path, value: 'Pro' }), 400, 'invalidPath');
    assert.deepEqual(await on.findOneBy(UserTable, { id: paula }), before);
    assert.deepEqual(await on.find(AccountTable), accounts);
  });
});
