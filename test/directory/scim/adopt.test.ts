import assert from 'node:assert/strict';
import { AccountTable } from '../../../src/accounts/accounts/account.entity.ts';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { DomainTable } from '../../../src/accounts/domains/domain.entity.ts';
import { ConnectionTable } from '../../../src/auth/connectors/openid/connection.entity.ts';
import { deleteConnection } from '../../../src/auth/connectors/openid/disconnect.ts';
import { connectionOf } from '../../../src/auth/connectors/openid/settings.ts';
import { insertLink, linksOf } from '../../../src/auth/connectors/upstream/links.ts';
import { presets } from '../../../src/auth/connectors/upstream/presets.ts';
import { type Upstream, UpstreamTable } from '../../../src/auth/connectors/upstream/upstream.entity.ts';
import { passkeyTables, recoveryCodeTables } from '../../../src/auth/credentials/factors/factors.entity.ts';
import { LoginTable } from '../../../src/auth/own/login.entity.ts';
import { loginAt } from '../../../src/auth/own/logins.ts';
import { keepLogin } from '../../../src/auth/own/register.ts';
import { letIn } from '../../../src/auth/people/let-in.ts';
import { mapGroup } from '../../../src/directory/groups/mappings.ts';
import { createScimKey } from '../../../src/directory/scim/keys/keys.ts';
import { TrailRecordTable } from '../../../src/trail/record.entity.ts';
import { UserCauseTable } from '../../../src/users/lifecycle/cause.entity.ts';
import { registerPerson } from '../../../src/users/lifecycle/register.ts';
import { suspend } from '../../../src/users/lifecycle/suspension.ts';
import { takeInStragglers } from '../../../src/users/lifecycle/take-in.ts';
import { type User, UserTable } from '../../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { until } from '../../support/until.ts';
import { groupBody, type Served, serveScim, userBody } from './support.ts';

const upstream: Omit<Upstream, 'organisationId'> = {
  ...presets.oauth,
  id: 'elsewhere',
  name: 'Elsewhere',
  kind: 'oauth',
  issuer: 'https://elsewhere.example',
  announcesIssuer: false,
  clientId: 'c',
  clientSecret: 'sealed',
  createdAt: 1,
  updatedAt: 1,
};

const passkey = {
  id: 'p',
  credentialId: 'c',
  publicKey: 'k',
  counter: 0,
  transports: [],
  name: 'Key',
  backedUp: false,
  lastUsedAt: null,
};

describeOnEachEngine('SCIM: people whom the account had before', function () {
  this.timeout(60_000);
  let s: Served;
  beforeEach(async () => {
    s = await serveScim();
  });
  afterEach(() => s.stop());

  const db = () => s.house.ground.db;
  const stored = async ({ id }: Pick<User, 'id'>): Promise<User> => {
    const user = await db().read.findOneBy(UserTable, { id });
    assert.ok(user);
    return user;
  };

  /** Somebody with an own account and a password, in this account unless another is named. */
  const register = (address: string, scope: { organisationId: string; accountId: string } = s.acme.scope) =>
    db().write(async (m) => {
      const user = await registerPerson(s.house.ground, m, scope, { address });
      await keepLogin(m, user, { address, addressKey: address, passwordHash: 'x' });
      return user;
    });

  /** Somebody on their own, from before the domain was claimed. */
  const alone = async (address: string): Promise<User> => {
    const { accountId } = s.acme.scope;
    await db().write((m) => m.update(DomainTable, { accountId }, { state: 'pending' }));
    const user = await register(address, nobodys);
    await db().write((m) => m.update(DomainTable, { accountId }, { state: 'verified' }));
    return user;
  };

  it('registered, claimed and then pushed, they keep their id and come in by the company', async () => {
    const { ground, sessions, upstairs } = s.house;
    const { accountId, connectionId } = s.acme.scope;
    const connection = (await connectionOf(db().read, accountId))!;
    // Before the directory: the domain is claimed, and takes in who had registered with it.
    await db().write(async (m) => {
      await m.delete(ConnectionTable, { id: connectionId });
      await m.update(AccountTable, { id: accountId }, { type: 'EnterpriseLWA' });
    });
    const ruth = await alone('ruth@acme.example');
    await takeInStragglers(ground, upstairs);
    assert.equal((await stored(ruth)).accountId, accountId);
    await db().write(async (m) => {
      await m.insert(ConnectionTable, connection);
      await m.update(AccountTable, { id: accountId }, { type: 'EnterpriseOIDC' });
    });
    const { token } = await createScimKey(ground, s.acme.scope, { name: 'Okta' });
    const scim = s.as(token);

    const pushed = await scim.post('/Users', userBody('Ruth', { externalId: '00u-ruth', displayName: 'Ruth R' }));
    assert.equal(pushed.status, 201, pushed.text);
    assert.equal(pushed.body.id, ruth.id);
    const now = await stored(ruth);
    assert.deepEqual([now.connectionId, now.externalId, now.displayName], [connectionId, '00u-ruth', 'Ruth R']);
    const again = await scim.post('/Users', userBody('ruth', { externalId: '00u-ruth' }));
    assert.equal(again.status, 409, 'a retry after a lost answer');
    const found = await scim.get(`/Users?filter=${encodeURIComponent('userName eq "ruth@acme.example"')}`);
    assert.equal(found.body.Resources[0]?.id, ruth.id);
    await until(async () => (await loginAt(db().read, 'ruth@acme.example')) === null);

    await scim.post('/Groups', groupBody('Pros', [ruth.id]));
    await mapGroup(ground, s.acme.scope, { groupName: 'Pros', tier: 'Pro' });
    const { issuer } = connection;
    const proof = { connection, issuer, subject: '00u-ruth', address: null, target: '/', authTime: null, amr: null };
    const entered = await letIn(ground, sessions, proof, null);
    assert.ok(entered.step === 'in' && entered.session.principalId === ruth.id);
    const own = { userId: ruth.id, by: 'passkey', target: '/', authTime: 0, amr: null } as const;
    await assert.rejects(letIn(ground, sessions, own, null), { code: 'signIn.stale' });
    const record = await db().read.findOneBy(TrailRecordTable, { eventName: 'CreateUser' });
    assert.deepEqual(record?.responseElements, { userId: ruth.id, adopted: true });
  });

  it('security check 8: passkeys and sign-ins elsewhere from before open nothing when the directory is gone again', async () => {
    const { ground } = s.house;
    const ruth = await register('ruth@acme.example');
    const { organisationId } = ruth;
    const at = { organisationId, createdAt: 1 };
    await db().write(async (m) => {
      await m.insert(UpstreamTable, { ...upstream, organisationId });
      await insertLink(m, { providerId: 'elsewhere', issuer: 'https://elsewhere.example', subject: 's' }, ruth.id);
      await m.insert(passkeyTables.user, { ...passkey, ...at, holderId: ruth.id });
      await m.insert(recoveryCodeTables.user, { ...at, holderId: ruth.id, codeHash: 'c', usedAt: null });
    });
    await s.scim.post('/Users', userBody('ruth'));
    await until(async () => (await loginAt(db().read, 'ruth@acme.example')) === null);
    await deleteConnection(ground, s.acme.scope, 'admin');
    assert.deepEqual(await linksOf(db().read, ruth.id), []);
    for (const table of [passkeyTables.user, recoveryCodeTables.user]) {
      assert.equal(await db().read.countBy(table, { holderId: ruth.id }), 0);
    }
  });

  it('whom an administrator had suspended stays so, whatever the directory says', async () => {
    const { ground } = s.house;
    const sam = await register('sam@acme.example');
    await db().write((m) => suspend(ground, m, sam, 'admin'));
    const pushed = await s.scim.post('/Users', userBody('sam', { externalId: '00u-sam', active: true }));
    assert.deepEqual([pushed.status, pushed.body.id], [201, sam.id]);
    const causes = await db().read.findBy(UserCauseTable, { userId: sam.id });
    assert.deepEqual(
      causes.map(({ cause }) => cause),
      ['administrator'],
    );
    // What they are known by now is barred too.
    await s.scim.delete(`/Users/${sam.id}`);
    const anew = await s.scim.post('/Users', userBody('other', { externalId: '00u-sam' }));
    assert.equal(await db().read.existsBy(UserCauseTable, { userId: anew.body.id, cause: 'administrator' }), true);
  });

  it('pushed as inactive they are out at once', async () => {
    const ida = await register('ida@acme.example');
    const pushed = await s.scim.post('/Users', userBody('ida', { active: false }));
    assert.deepEqual([pushed.status, pushed.body.id, pushed.body['active']], [201, ida.id, false]);
    assert.equal(await db().read.existsBy(UserCauseTable, { userId: ida.id, cause: 'directory' }), true);
  });

  it('takes whom a disconnected directory left, and nobody of one that is there', async () => {
    const left = await register('left@acme.example');
    const kept = await register('kept@acme.example');
    const live = (await connectionOf(db().read, s.acme.scope.accountId))!;
    const { organisationId } = s.acme.scope;
    const { id: accountId } = await createAccount(s.house.ground, organisationId, { name: 'Other' });
    await db().write(async (m) => {
      await m.update(UserTable, { id: left.id }, { connectionId: 'gone' });
      await m.insert(ConnectionTable, { ...live, id: 'other', accountId, issuer: 'https://other.example' });
      await m.update(UserTable, { id: kept.id }, { connectionId: 'other' });
    });
    const first = await s.scim.post('/Users', userBody('left'));
    assert.deepEqual([first.status, first.body.id], [201, left.id]);
    const second = await s.scim.post('/Users', userBody('kept'));
    assert.equal(second.status, 409);
    assert.equal((await stored(kept)).connectionId, 'other');
  });

  it('takes nobody of another account, and nobody by the names of two', async () => {
    const ann = await alone('ann@acme.example');
    const pushed = await s.scim.post('/Users', userBody('ann'));
    assert.equal(pushed.status, 201);
    assert.notEqual(pushed.body.id, ann.id);
    assert.equal((await stored(ann)).accountId, nobodys.accountId);
    assert.equal(await db().read.existsBy(LoginTable, { userId: ann.id }), true);
    await register('one@acme.example');
    await register('two@acme.example');
    const both = await s.scim.post(
      '/Users',
      userBody('one', { emails: [{ value: 'two@acme.example', type: 'work', primary: true }] }),
    );
    assert.equal(both.status, 409);
  });

  it('gives them to one of several requests at once', async () => {
    const twin = await register('twin@acme.example');
    const replies = await Promise.all(Array.from({ length: 6 }, () => s.scim.post('/Users', userBody('twin'))));
    assert.deepEqual(
      replies.map(({ status }) => status).toSorted((a, b) => a - b),
      [201, 409, 409, 409, 409, 409],
    );
    assert.equal(replies.find(({ status }) => status === 201)?.body.id, twin.id);
  });
});
