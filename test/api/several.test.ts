import assert from 'node:assert/strict';
import { createAccount } from '../../src/accounts/accounts/accounts.ts';
import { nobodys } from '../../src/accounts/accounts/nobodys.ts';
import { becomeType } from '../../src/accounts/accounts/accounts.ts';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../src/accounts/domains/domains.ts';
import { UserCauseTable } from '../../src/users/lifecycle/cause.entity.ts';
import type { Scope } from '../../src/users/lifecycle/out.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { type User, UserTable } from '../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { type Answer, signed } from '../support/signer.ts';
import { type Api, startApi } from './support.ts';

interface Answered {
  UserErrors: { UserId: string; ErrorCode: string; ErrorMessage: string }[];
}

describeOnEachEngine('the API for several people at once', () => {
  let api: Api;
  let team: Scope;
  let enterprise: Scope;
  beforeEach(async () => {
    api = await startApi();
    const { organisationId } = api.acme.key.owner;
    const { ground } = api.house;
    const account = async (name: string): Promise<Scope> => ({
      organisationId,
      accountId: (await createAccount(ground, organisationId, { name })).id,
    });
    team = await account('Team');
    enterprise = await account('Enterprise');
    const { id } = await claimDomain(ground, organisationId, enterprise.accountId, { domain: 'own.example' });
    await ground.db.write(async (m) => {
      await m.update(DomainTable, { id }, { state: 'verified', verifiedAt: 1 });
      await becomeType(m, enterprise.accountId, 'EnterpriseLWA');
    });
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
  const errorsOf = (answer: Answer): (readonly [string, string])[] => {
    assert.equal(answer.status, 200, answer.body);
    return (JSON.parse(answer.body) as Answered).UserErrors.map(({ UserId, ErrorCode, ErrorMessage }) => {
      assert.ok(ErrorMessage.length > 10);
      return [UserId, ErrorCode] as const;
    });
  };
  const person = (scope: Scope, address: string): Promise<User> =>
    api.house.ground.db.write((m) => registerPerson(api.house.ground, m, scope, { address }));
  const stored = async ({ id }: Pick<User, 'id'>): Promise<User> =>
    (await api.house.ground.db.read.findOneBy(UserTable, { id }))!;

  it('BatchSuspendUser puts people of an enterprise account out, and BatchUnsuspendUser lifts it', async () => {
    const { ground } = api.house;
    const [ruth, tom] = [await person(enterprise, 'ruth@own.example'), await person(enterprise, 'tom@own.example')];
    const foreign = await api.other.member('zoe', 'Pro');
    const before = await api.epochOf(ruth.id);
    const users = `/accounts/${enterprise.accountId}/users`;
    const list = { UserIdList: [ruth.id, 'nobody', foreign.id, tom.id, ruth.id, 'x@y.example'] };
    const answer = await post(`${users}?operation=suspend`, list);
    assert.deepEqual(errorsOf(answer), [
      ['nobody', 'NotFound'],
      [foreign.id, 'NotFound'],
      ['x@y.example', 'NotFound'],
    ]);
    assert.equal(await api.epochOf(ruth.id), before + 1, 'named twice, out once');
    for (const { id } of [ruth, tom]) assert.equal((await entitlement(ground.db.read, id)).maySignIn, false);
    assert.equal((await stored(foreign)).epoch, foreign.epoch);
    const [record, ...more] = await api.records('SuspendUsers');
    assert.equal(more.length, 0, 'one request, one record');
    assert.deepEqual(record?.responseElements?.['userErrors'], [
      { userId: 'nobody', reason: 'user.notFound' },
      { userId: foreign.id, reason: 'user.notFound' },
      { userId: 'x@y.example', reason: 'user.notFound' },
    ]);
    const causes = await ground.db.read.findBy(UserCauseTable, { userId: ruth.id });
    assert.deepEqual(
      causes.map(({ cause, setBy }) => [cause, setBy]),
      [['administrator', api.acme.key.owner.administratorId]],
    );
    await ground.db.write((m) =>
      m.insert(UserCauseTable, { userId: tom.id, cause: 'directory', since: 1, setBy: 'okta' }),
    );
    const lifted = await post(`${users}?operation=unsuspend`, { UserIdList: [ruth.id, tom.id, 'nobody'] });
    assert.deepEqual(errorsOf(lifted), [['nobody', 'NotFound']]);
    assert.equal((await entitlement(ground.db.read, ruth.id)).maySignIn, true);
    assert.equal((await entitlement(ground.db.read, tom.id)).maySignIn, false, 'the directory’s no stays');
    assert.deepEqual(errorsOf(await post(`${users}?operation=unsuspend`, { UserIdList: [ruth.id] })), []);
  });

  it('BatchSuspendUser removes people from a team account, who go on on their own', async () => {
    const ruth = await person(team, 'ruth@any.example');
    const stays = await person(team, 'tom@any.example');
    const answer = await post(`/accounts/${team.accountId}/users?operation=suspend`, { UserIdList: [ruth.id, 'x'] });
    assert.deepEqual(errorsOf(answer), [['x', 'NotFound']]);
    assert.equal((await stored(ruth)).accountId, nobodys.accountId);
    assert.equal((await stored(stays)).accountId, team.accountId);
    assert.equal((await entitlement(api.house.ground.db.read, ruth.id)).maySignIn, true);
  });

  it('BatchUpdateUser gives tiers by hand, and is refused where a directory does', async () => {
    const [ruth, tom] = [await person(team, 'ruth@any.example'), await person(team, 'tom@any.example')];
    const users = `/accounts/${team.accountId}/users`;
    const item = (UserId: string, LicenseType = 'Basic') => ({ UserId, LicenseType });
    const answer = await post(users, { UpdateUserRequestItems: [item(ruth.id), item('nobody'), item(tom.id, 'Pro')] });
    assert.deepEqual(errorsOf(answer), [['nobody', 'NotFound']]);
    assert.deepEqual([(await stored(ruth)).licence, (await stored(tom)).licence], ['Basic', 'Pro']);
    assert.equal((await api.records('UpdateUserLicenses')).length, 1);
    const paula = await api.acme.member('paula', 'Pro');
    const directory = await post(`/accounts/${api.acme.scope.accountId}/users`, {
      UpdateUserRequestItems: [item(paula.id)],
    });
    assert.deepEqual([directory.status, directory.error], [422, 'UnprocessableEntityException']);
    const many = Array.from({ length: 21 }, (_, i) => item(`user ${i}`));
    for (const items of [
      [],
      many,
      [item(ruth.id), item(ruth.id)],
      [item(ruth.id, 'ProTrial')],
      [{ UserId: ruth.id }],
    ]) {
      assert.equal((await post(users, { UpdateUserRequestItems: items })).status, 400);
    }
  });

  it('of several people at once, the bounds hold, other organisations find nothing, and nothing is done twice', async () => {
    const ruth = await person(enterprise, 'ruth@own.example');
    const target = `/accounts/${enterprise.accountId}/users?operation=suspend`;
    const many = Array.from({ length: 51 }, (_, i) => `user ${i}`);
    for (const UserIdList of [[], many, [''], 'x']) assert.equal((await post(target, { UserIdList })).status, 400);
    assert.equal((await post(target, { UserIdList: [ruth.id] }, api.other.key)).status, 404);
    assert.equal(await api.epochOf(ruth.id), ruth.epoch);
    const text = JSON.stringify({ UserIdList: [ruth.id] });
    const headers = api.headers(['Content-Type', 'application/json'], ['Content-Length', String(text.length)]);
    const request = signed({ method: 'POST', target, headers, body: text }, api.acme.key);
    const answers = [await api.send(request), await api.send(request)];
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body]),
      [
        [200, '{"UserErrors":[]}'],
        [200, '{"UserErrors":[]}'],
      ],
    );
    assert.equal(await api.epochOf(ruth.id), ruth.epoch + 1);
    assert.equal((await api.records('SuspendUsers')).filter(({ readOnly }) => !readOnly).length, 1);
  });
});
