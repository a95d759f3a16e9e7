import assert from 'node:assert/strict';
import { createAccount } from '../../src/accounts/accounts/accounts.ts';
import { setAccessKeyActive } from '../../src/access/keys/keys.ts';
import { AdministratorTable } from '../../src/access/administrators/administrator.entity.ts';
import { operations } from '../../src/api/router.ts';
import type { DirectoryScope } from '../../src/directory/groups/scope.ts';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { suspendUser } from '../../src/users/lifecycle/administer.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { type Answer, signed } from '../support/signer.ts';
import { type Api, type Key, startApi } from './support.ts';

// eslint-disable-next-line typescript/no-unnecessary-type-parameters -- says what the test expects to read
const json = <T = Record<string, unknown>>({ body }: Answer): T => JSON.parse(body) as T;
interface Listed {
  Accounts: Record<string, unknown>[];
  Users: Record<string, unknown>[];
  NextToken?: string;
}

/** A request that a company's directory sent. */
async function requestOf({ house }: Api, scope: DirectoryScope): Promise<string> {
  const { key } = await createScimKey(house.ground, scope, { name: 'Okta' });
  const seen = house.inspector.begin(key, 'DELETE', new URL('http://x/scim/v2/Users/x'));
  house.inspector.end(seen, { status: 204 });
  await house.inspector.flush();
  return seen.id;
}

describeOnEachEngine('administration API', () => {
  let api: Api;
  let users: string;
  let ada: string;
  let zoe: string;
  before(async () => {
    api = await startApi();
    users = `/accounts/${api.acme.scope.accountId}/users`;
    ada = (await api.acme.member('ada', 'Pro')).id;
    await api.acme.member('ben', 'Basic');
    await api.acme.person('carl');
    zoe = (await api.other.member('zoe', 'Pro')).id;
    const { organisationId } = api.acme.scope;
    for (const name of ['Acme Labs', 'Zebra 50%', 'Zebra'])
      await createAccount(api.house.ground, organisationId, { name });
  });
  afterEach(() => clock.reset());
  after(() => api.stop());
  const call = (method: string, target: string, ...more: [string, string][]): Promise<Answer> =>
    api.call(api.acme.key, method, target, ...more);

  it('ListAccounts: the model’s shape, in the order of names, those of the organisation alone', async () => {
    const answer = await call('GET', '/accounts');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.match(String(answer.headers['x-amzn-requestid']), /^[0-9a-f-]{36}$/);
    const { Accounts, NextToken } = json<Listed>(answer);
    assert.deepEqual(
      Accounts.map(({ Name }) => Name),
      ['Acme', 'Acme Labs', 'Zebra', 'Zebra 50%'],
    );
    assert.equal(NextToken, undefined);
    const { CreatedTimestamp, ...acme } = Accounts[0]!;
    assert.match(String(CreatedTimestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(acme, {
      AwsAccountId: api.acme.scope.organisationId,
      AccountId: api.acme.scope.accountId,
      Name: 'Acme',
      AccountType: 'EnterpriseOIDC',
      DefaultLicense: 'Pro',
      SupportedLicenses: ['Basic', 'Pro'],
      AccountStatus: 'Active',
    });
  });

  it('ListAccounts: by the beginning of a name, in which nothing is a wildcard, and by a user’s address', async () => {
    const names = async (query: string): Promise<unknown[]> =>
      json<Listed>(await call('GET', `/accounts?${query}`)).Accounts.map(({ Name }) => Name);
    assert.deepEqual(await names('name=acme'), ['Acme', 'Acme Labs']);
    assert.deepEqual(await names('name=Zebra%205'), ['Zebra 50%']);
    assert.deepEqual(await names('name=%25'), []);
    assert.deepEqual(await names('user-email=ADA%40acme.example'), ['Acme']);
    assert.deepEqual(await names('user-email=zoe%40other.example'), []);
    assert.deepEqual(await names('name=Zebra&user-email=ada%40acme.example'), []);
  });

  it('pages hold every entry once, and a token is good for its own list alone', async () => {
    const seen: unknown[] = [];
    let target = '/accounts?max-results=1&name=';
    let token: string | undefined = '';
    for (let page = 0; token !== undefined; page++) {
      assert.ok(page < 4, 'it ends');
      const answer: Answer = await call('GET', `/accounts?max-results=1${token && `&next-token=${token}`}`);
      const { Accounts, NextToken } = json<Listed>(answer);
      seen.push(...Accounts.map(({ Name }) => Name));
      token = NextToken;
    }
    assert.deepEqual(seen, ['Acme', 'Acme Labs', 'Zebra', 'Zebra 50%']);

    const { NextToken = '' } = json<Listed>(await call('GET', `${users}?max-results=1`));
    const second = json<Listed>(await call('GET', `${users}?max-results=5&next-token=${NextToken}`));
    assert.deepEqual(
      second.Users.map(({ PrimaryEmail }) => PrimaryEmail),
      ['ben@acme.example', 'carl@acme.example'],
    );
    target = `/accounts?next-token=${NextToken}`;
    const bent = `${NextToken.slice(0, -3)}${NextToken.endsWith('AAA') ? 'BBB' : 'AAA'}`;
    const theirs = `/accounts/${api.other.scope.accountId}/users?next-token=${NextToken}`;
    for (const refused of [
      await call('GET', target),
      await call('GET', `${users}?user-type=PrivateUser&next-token=${NextToken}`),
      await call('GET', `${users}?next-token=${bent}`),
      await call('GET', `${users}?next-token=s1.x.y`),
      await api.call(api.other.key, 'GET', theirs),
    ]) {
      assert.equal(refused.status, 400);
      assert.match(json<{ Message: string }>(refused).Message, /next-token/);
    }
    clock.advance(86_400_001);
    assert.equal((await call('GET', `${users}?next-token=${NextToken}`)).status, 400);
  });

  it('ListUsers and GetUser: the model’s shape', async () => {
    const joinedAt = Date.UTC(2026, 1, 3, 4, 5, 6, 7);
    await api.house.ground.db.write((m) => m.update(UserTable, { id: ada }, { joinedAt }));
    const { Users } = json<Listed>(await call('GET', users));
    const expected = {
      UserId: ada,
      AccountId: api.acme.scope.accountId,
      PrimaryEmail: 'ada@acme.example',
      DisplayName: 'ada',
      LicenseType: 'Pro',
      UserType: 'PrivateUser',
      UserRegistrationStatus: 'Registered',
      RegisteredOn: '2026-02-03T04:05:06.007Z',
    };
    assert.deepEqual(Users[0], expected);
    assert.deepEqual(json(await call('GET', `${users}/${ada}`)), { User: expected });
    assert.equal(Users[1]?.['LicenseType'], 'Basic');
    assert.ok(!('LicenseType' in Users[2]!), 'in no mapped group');
    assert.equal(Users[2]!['UserRegistrationStatus'], 'Unregistered');
    const one = json<Listed>(await call('GET', `${users}?user-email=Ben%40ACME.example`));
    assert.deepEqual(
      one.Users.map(({ PrimaryEmail }) => PrimaryEmail),
      ['ben@acme.example'],
    );
    assert.deepEqual(json(await call('GET', `${users}?user-type=SharedDevice`)), { Users: [] });
  });

  it('GetUser shows a suspension', async () => {
    const dora = await api.acme.member('dora', 'Basic');
    await suspendUser(api.house.ground, api.acme.scope, dora.id, 'test');
    const { User } = json<{ User: Record<string, unknown> }>(await call('GET', `${users}/${dora.id}`));
    assert.equal(User['UserRegistrationStatus'], 'Suspended');
    assert.equal(User['LicenseType'], 'Basic');
  });

  it('LogoutUser: every device is out at once, with one record that names the key', async () => {
    const { sessions, ground } = api.house;
    const principal = await sessions.principal('user', ada);
    const { token } = await ground.db.write((m) => sessions.begin(m, principal!, 3_600_000));
    assert.equal((await sessions.check(token, 'user')).in, true);
    const answer = await call('POST', `${users}/${ada}?operation=logout`);
    assert.equal(answer.status, 204);
    assert.equal(answer.body, '');
    assert.equal((await sessions.check(token, 'user')).in, false);
    const [record, ...more] = await api.records('LogoutUser');
    assert.equal(more.length, 0);
    assert.deepEqual(record?.requestParameters, { accountId: api.acme.scope.accountId, userId: ada });
    assert.equal(record?.identity.accessKeyId, api.acme.key.accessKeyId);
    assert.equal(record?.identity.userName, 'grace');
    assert.equal(record?.readOnly, false);
  });

  it('below /api everything is the API; at the root only what begins as an operation does', async () => {
    assert.equal((await call('GET', `/api${users}`)).status, 200);
    assert.equal((await call('GET', '/api/phone-numbers')).error, 'UnknownOperationException');
    assert.equal((await call('GET', '/phone-numbers')).headers['x-amzn-requestid'], undefined);
    assert.equal((await call('GET', '/console')).status, 303);
  });

  it('an operation that there is not, is not found', async () => {
    for (const [method, target] of [
      ['GET', '/accounts/'],
      ['GET', `/accounts/${api.acme.scope.accountId}`],
      ['HEAD', '/accounts'],
      ['PATCH', users],
      ['POST', `${users}?operation=create`],
      ['POST', `${users}/${ada}?operation=log-out`],
      ['POST', `${users}?operation=Add`],
      ['GET', `${users}/${ada}?operation=logout`],
      ['GET', '/accounts/%ff/users'],
    ] as const) {
      const answer = await call(method, target);
      assert.equal(answer.status, 404, `${method} ${target}`);
      assert.equal(answer.error, 'UnknownOperationException');
    }
  });

  it('bad input is a 400 that names the field', async () => {
    for (const [target, field] of [
      ['/accounts?max-results=0', 'max-results'],
      ['/accounts?max-results=201', 'max-results'],
      ['/accounts?max-results=1e2', 'max-results'],
      ['/accounts?max-results=', 'max-results'],
      ['/accounts?max-results=1&max-results=2', 'max-results'],
      ['/accounts?name=', 'name'],
      [`/accounts?name=${'x'.repeat(101)}`, 'name'],
      ['/accounts?user-email=ada', 'user-email'],
      ['/accounts?userEmail=ada%40acme.example', 'userEmail'],
      ['/accounts?__proto__=x', '__proto__'],
      [`${users}?user-type=Robot`, 'user-type'],
      [`${users}/${ada}?max-results=1`, 'max-results'],
    ] as const) {
      const answer = await call('GET', target);
      assert.equal(answer.status, 400, target);
      assert.equal(answer.error, 'BadRequestException');
      const { Code, Message } = json<{ Code: string; Message: string }>(answer);
      assert.equal(Code, 'BadRequest');
      assert.ok(Message.includes(field), Message);
    }
    const body = '{"Surprise":1}';
    const headers = api.headers(['Content-Type', 'application/json'], ['Content-Length', String(body.length)]);
    const target = `${users}/${ada}?operation=logout`;
    const odd = await api.send(signed({ method: 'POST', target, headers, body }, api.acme.key));
    assert.equal(odd.status, 400);
    assert.match(odd.body, /Surprise/);
    const broken = '{"';
    const more = api.headers(['Content-Type', 'application/json'], ['Content-Length', '2']);
    const answer = await api.send(signed({ method: 'POST', target, headers: more, body: broken }, api.acme.key));
    assert.equal(answer.status, 400);
    assert.equal(answer.error, 'BadRequestException');
  });

  it('security check 35: every operation × nobody, another organisation’s key, ids of both mixed', async () => {
    const before = await api.epochOf(ada);
    const { accountId } = api.acme.scope;
    const own = { accountId, userId: ada, scimRequestId: await requestOf(api, api.acme.scope) };
    const theirs = {
      accountId: api.other.scope.accountId,
      userId: zoe,
      scimRequestId: await requestOf(api, api.other.scope),
    };
    // What is wrong of the content would be said first.
    const contents: Record<string, object> = {
      InviteUsers: { UserEmailList: ['x@x.example'] },
      BatchSuspendUser: { UserIdList: [ada, zoe] },
      BatchUnsuspendUser: { UserIdList: [ada, zoe] },
      BatchUpdateUser: { UpdateUserRequestItems: [{ UserId: ada, LicenseType: 'Basic' }] },
      UpdateUser: { LicenseType: 'Basic' },
    };
    const ask = (key: Key, method: string, target: string, content: object | undefined) => {
      if (!content) return api.call(key, method, target);
      const body = JSON.stringify(content);
      const headers = api.headers(['Content-Type', 'application/json'], ['Content-Length', String(body.length)]);
      return api.send(signed({ method, target, headers, body }, key));
    };
    for (const { name, method, path, operation } of operations) {
      const content = contents[name];
      const at = (ids: Record<string, string>): string =>
        path.replaceAll(/\{(\w+)\}/g, (_, label: string) => ids[label] ?? assert.fail(`no id for ${label}`)) +
        (operation === undefined ? '' : `?operation=${operation}`);
      const mine = at(own);
      const nobody = await api.send({ method, target: mine, headers: api.headers() });
      assert.equal(nobody.error, 'MissingAuthenticationTokenException', mine);
      if (!path.includes('{')) continue;
      const foreign = [
        await ask(api.other.key, method, mine, content),
        await ask(api.acme.key, method, at(theirs), content),
      ];
      if (/\{(?!accountId\})/.test(path)) {
        foreign.push(
          await ask(api.acme.key, method, at({ ...theirs, accountId }), content),
          await ask(api.acme.key, method, at({ ...own, accountId: theirs.accountId }), content),
        );
      }
      for (const answer of foreign) {
        assert.equal(answer.status, 404, `${method} ${path}`);
        assert.equal(answer.error, 'NotFoundException');
        assert.equal(json<{ Code: string }>(answer).Code, 'NotFound');
      }
    }
    assert.equal(await api.epochOf(ada), before);
    assert.equal(await api.epochOf(zoe), 1);
  });

  it('what is read and what is refused is in the trail, without page tokens', async () => {
    await call('GET', '/accounts?name=Acme&max-results=1');
    await call('GET', `${users}/nobody`);
    const list = (await api.records('ListAccounts')).at(-1);
    assert.deepEqual(list?.requestParameters, { name: 'Acme', maxResults: '1' });
    assert.equal(list?.readOnly, true);
    const refused = (await api.records('GetUser')).at(-1);
    assert.equal(refused?.errorCode, 'NotFoundException');
    assert.equal(refused?.organisationId, api.acme.scope.organisationId);
  });

  it('a key that is turned off is refused by the very next request, and works again when turned on', async () => {
    const { ground } = api.house;
    const { accessKeyId, owner } = api.acme.key;
    await setAccessKeyActive(ground, owner, accessKeyId, false);
    const answer = await call('GET', '/accounts');
    assert.equal(answer.status, 403);
    assert.equal(answer.error, 'UnrecognizedClientException');
    await setAccessKeyActive(ground, owner, accessKeyId, true);
    assert.equal((await call('GET', '/accounts')).status, 200);
  });

  it('a key outlives its administrator’s devices, and ends when the administrator goes', async () => {
    const { db } = api.house.ground;
    const { administratorId: id } = api.other.key.owner;
    assert.equal((await api.call(api.other.key, 'GET', '/accounts')).status, 200);
    await db.write((m) => m.update(AdministratorTable, { id }, { epoch: 2 }));
    assert.equal((await api.call(api.other.key, 'GET', '/accounts')).status, 200);
    await db.write((m) => m.delete(AdministratorTable, { id }));
    assert.equal((await api.call(api.other.key, 'GET', '/accounts')).error, 'UnrecognizedClientException');
  });
});

describe('administration API: too much of it', () => {
  it('a key that asks too often is throttled, and only that key', async () => {
    const api = await startApi({ apiRate: 3 });
    try {
      const answers = await Promise.all(Array.from({ length: 10 }, () => api.call(api.acme.key, 'GET', '/accounts')));
      const throttled = answers.filter(({ status }) => status === 429);
      assert.ok(throttled.length >= 4);
      assert.equal(throttled[0]?.error, 'ThrottledClientException');
      assert.match(throttled[0].body, /"Code":"Throttled"/);
      assert.equal((await api.call(api.other.key, 'GET', '/accounts')).status, 200);
    } finally {
      await api.stop();
    }
  });

  it('an address that sends wrong signatures has to wait', async () => {
    const api = await startApi();
    try {
      const wrong = { ...api.acme.key, secret: 'x'.repeat(40) };
      const answers: Answer[] = [];
      for (let i = 0; i < 61; i++) answers.push(await api.call(wrong, 'GET', '/accounts'));
      assert.equal(answers[59]?.error, 'InvalidSignatureException');
      assert.equal(answers[60]?.error, 'ThrottledClientException');
    } finally {
      await api.stop();
    }
  });

  it('content that is too large is refused before it is hashed', async () => {
    const api = await startApi();
    try {
      const body = 'x'.repeat(300 * 1024);
      const headers = api.headers(['Content-Type', 'application/json'], ['Content-Length', String(body.length)]);
      const answer = await api.send(signed({ method: 'POST', target: '/accounts', headers, body }, api.acme.key));
      assert.equal(answer.status, 400);
      assert.match(answer.body, /larger than 262144 bytes/);
    } finally {
      await api.stop();
    }
  });
});
