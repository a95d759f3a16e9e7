import assert from 'node:assert/strict';
import { createAccount } from '../../src/accounts/accounts/accounts.ts';
import { InvitationTable } from '../../src/users/invitations/invitation.entity.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { type Answer, signed } from '../support/signer.ts';
import { type Api, startApi } from './support.ts';

describeOnEachEngine('the API for own accounts', () => {
  let api: Api;
  let accountId: string;
  let scope: { organisationId: string; accountId: string };
  beforeEach(async () => {
    api = await startApi();
    const { organisationId } = api.acme.key.owner;
    accountId = (await createAccount(api.house.ground, organisationId, { name: 'Team' })).id;
    scope = { organisationId, accountId };
  });
  afterEach(() => api.stop());

  const post = (target: string, body: object, key = api.acme.key): Promise<Answer> => {
    const text = JSON.stringify(body);
    const headers = api.headers(
      ['Content-Type', 'application/json'],
      ['Content-Length', String(Buffer.byteLength(text))],
    );
    return api.send(signed({ method: 'POST', target, headers, body: text }, key));
  };
  const of = (answer: Answer): any => JSON.parse(answer.body) as unknown; // eslint-disable-line typescript/no-explicit-any -- a test reads what it expects

  it('InviteUsers answers for each address, once however often it is sent', async () => {
    const target = `/accounts/${accountId}/users?operation=add`;
    const answer = await post(target, { UserEmailList: ['ada@x.example', 'paula@other.example', 'nonsense'] });
    assert.equal(answer.status, 201, answer.body);
    const { Invites } = of(answer);
    assert.match(Invites[0].InviteId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(
      Invites.map(({ Status, EmailAddress, EmailStatus }: Record<string, string>) => [
        Status,
        EmailAddress,
        EmailStatus,
      ]),
      [
        ['Pending', 'ada@x.example', 'NotSent'],
        ['Failed', 'paula@other.example', 'NotSent'],
        ['Failed', 'nonsense', 'NotSent'],
      ],
    );
    assert.deepEqual(
      Invites.map(({ ErrorCode }: Record<string, string>) => ErrorCode),
      [undefined, 'Forbidden', 'BadRequest'],
    );
    assert.match(Invites[1].ErrorMessage, /another account has shown that the domain other\.example is its own/);
    assert.equal((await api.records('InviteUsers')).length, 1);
    assert.equal(
      (await post(`/accounts/${api.acme.scope.accountId}/users?operation=add`, { UserEmailList: ['a@x.example'] }))
        .status,
      422,
    );
    assert.equal((await post(target, { UserEmailList: [] })).status, 400);
    assert.equal(
      (await post(target, { UserEmailList: Array.from({ length: 51 }, (_, i) => `p${i}@x.example`) })).status,
      400,
    );
    assert.equal((await post(target, { UserEmailList: ['b@x.example'] }, api.other.key)).status, 404);
    assert.equal(await api.house.ground.db.read.countBy(InvitationTable, {}), 1);
  });

  it('UpdateUser gives a tier by hand, where no directory does; GetUser tells who was invited', async () => {
    const { ground } = api.house;
    const ruth = await ground.db.write((m) => registerPerson(ground, m, scope, { address: 'ruth@any.example' }));
    await post(`/accounts/${accountId}/users?operation=add`, { UserEmailList: ['ada@x.example'] });
    await ground.db.write((m) => m.update(InvitationTable, { accountId }, { acceptedBy: ruth.id, acceptedAt: 1 }));
    const target = `/accounts/${accountId}/users/${ruth.id}`;
    const answer = await post(target, { LicenseType: 'Basic' });
    assert.equal(answer.status, 200, answer.body);
    const { User } = of(answer);
    assert.deepEqual([User.LicenseType, User.UserInvitationStatus], ['Basic', 'Accepted']);
    assert.match(User.InvitedOn, /^\d{4}-/);
    assert.deepEqual(of(await api.call(api.acme.key, 'GET', target)).User, User);
    assert.equal((await post(target, { LicenseType: 'ProTrial' })).status, 400);
    assert.equal((await post(target, { LicenseType: 'Pro' }, api.other.key)).status, 404);
    const paula = await api.acme.member('paula', 'Pro');
    const directory = await post(`/accounts/${api.acme.scope.accountId}/users/${paula.id}`, { LicenseType: 'Basic' });
    assert.equal(directory.status, 422);
  });
});
