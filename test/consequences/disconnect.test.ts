import assert from 'node:assert/strict';
import { letIn } from '../../src/auth/people/let-in.ts';
import { deleteConnection } from '../../src/auth/connectors/openid/disconnect.ts';
import { finishSignIn } from '../../src/auth/connectors/openid/finish.ts';
import { SignInAttemptTable } from '../../src/auth/connectors/openid/attempt.entity.ts';
import { ConnectionTable } from '../../src/auth/connectors/openid/connection.entity.ts';
import { createScimKey, findScimKey, isGoodKey } from '../../src/directory/scim/keys/keys.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { hashToken } from '../../src/platform/ids/ids.ts';
import { AccountTable } from '../../src/accounts/accounts/account.entity.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { activateUser } from '../../src/users/lifecycle/administer.ts';
import { UserCauseTable } from '../../src/users/lifecycle/cause.entity.ts';
import { sayNo } from '../../src/users/lifecycle/causes.ts';
import { removeDomain } from '../../src/users/lifecycle/domains.ts';
import { ReceiptTable } from '../../src/users/lifecycle/receipt.entity.ts';
import { type Stage, stage } from './support.ts';
import { describeOnEachEngine } from '../support/engines.ts';

describeOnEachEngine('consequences: the OpenID configuration', () => {
  let s: Stage;
  beforeEach(async () => {
    s = await stage();
  });
  afterEach(() => s.stop());

  const disconnect = () => deleteConnection(s.house.ground, s.acme.scope, 'admin');

  it('Deleting the OpenID configuration puts nobody out, and keeps everybody’s tier', async () => {
    const { acme, house } = s;
    const paula = await acme.member('paula', 'Pro');
    const bruno = await acme.member('bruno', 'Basic');
    const devices = [await s.device(paula), await s.device(bruno)];
    assert.equal(await disconnect(), 'EnterpriseLWA');
    for (const device of devices) assert.equal(await device.isIn(), true);
    const { read } = house.ground.db;
    assert.deepEqual(await entitlement(read, paula.id), {
      maySignIn: true,
      tier: 'Pro',
      because: [{ kind: 'assigned', tier: 'Pro' }],
    });
    assert.equal((await entitlement(read, bruno.id)).tier, 'Basic');
    assert.equal(await read.count(ReceiptTable), 0);
    assert.equal(await s.status(paula), 'Registered');
  });

  it('Deleting the OpenID configuration suspends whoever had no right to be in', async () => {
    const { acme, house } = s;
    const { ground } = house;
    const nora = await acme.person('nora');
    const dora = await acme.member('dora', 'Pro');
    await ground.db.write((m) => sayNo(ground, m, dora, 'directory', 'key'));
    await disconnect();
    for (const user of [nora, dora]) {
      assert.equal(await s.status(user), 'Suspended');
      assert.equal(await s.may(user), false);
      const causes = await ground.db.read.findBy(UserCauseTable, { userId: user.id });
      assert.deepEqual(
        causes.map(({ cause, setBy }) => [cause, setBy]),
        [['administrator', 'admin']],
      );
      await activateUser(ground, acme.scope, user.id);
      assert.equal(await s.may(user), true, 'an administrator can lift it');
    }
  });

  it('With the OpenID configuration its keys, groups, mappings and identities go', async () => {
    const { acme, house } = s;
    const { ground } = house;
    const paula = await acme.member('paula', 'Pro');
    await s.provedDevice(acme.scope, paula);
    const { token, key } = await createScimKey(ground, acme.scope, { name: 'Okta' });
    await disconnect();
    assert.equal(await findScimKey(ground.db.read, token), null);
    assert.equal(await isGoodKey(ground.db.read, key.id), false);
    for (const table of ['scim_keys', 'directory_groups', 'group_members', 'tier_mappings', 'federated_identities']) {
      assert.equal(await s.count(table), 0, table);
    }
    await assert.rejects(disconnect(), { code: 'connection.notFound' });
  });

  it('A sign-in that is under way when the OpenID configuration goes ends in nothing', async () => {
    const { acme, house } = s;
    const { ground, sessions, providers } = house;
    const paula = await acme.member('paula', 'Pro');
    const proof = await s.proof(acme.scope, paula);
    const url = new URL('http://localhost:3000/auth/okta/callback/x?state=abc&code=1');
    await ground.db.write((m) =>
      m.insert(SignInAttemptTable, {
        stateHash: hashToken('abc'),
        connectionId: acme.scope.connectionId,
        browserHash: hashToken('browser'),
        nonce: 'n',
        codeVerifier: 'sealed',
        redirectUri: url.origin + url.pathname,
        target: '/',
        createdAt: clock.now(),
        expiresAt: clock.now() + 60_000,
        usedAt: null,
      }),
    );
    await disconnect();
    await assert.rejects(finishSignIn(ground, providers, { url, browser: 'browser' }), { code: 'signIn.stale' });
    await assert.rejects(letIn(ground, sessions, proof, null), { code: 'signIn.stale' });
    assert.equal(await s.count('sessions'), 0);
  });

  it('Connecting again finds the people who were kept, by the address that they prove', async () => {
    const { acme, house } = s;
    const { ground } = house;
    const paula = await acme.member('paula', 'Pro');
    await s.provedDevice(acme.scope, paula);
    const { connection } = await s.proof(acme.scope, paula);
    await disconnect();
    await ground.db.write(async (m) => {
      await m.insert(ConnectionTable, { ...connection, issuer: 'https://other.example', updatedAt: clock.now() + 1 });
      await m.update(AccountTable, { id: acme.scope.accountId }, { type: 'EnterpriseOIDC' });
    });
    await assert.rejects(s.provedDevice(acme.scope, paula), { code: 'signIn.notEntitled' });
    await acme.group('Pros', [paula]);
    assert.equal(await s.count('tier_mappings'), 0, 'no mapping waited for the new directory');
    const again = await acme.member('nora', 'Pro');
    assert.equal(await (await s.provedDevice(acme.scope, again)).isIn(), true);
    const other = await s.proof(acme.scope, paula);
    await assert.rejects(letIn(ground, house.sessions, { ...other, address: null }, null), {
      code: 'signIn.unknownPerson',
    });
  });

  it('Deleting the OpenID configuration of an account without a domain leaves a team account', async () => {
    const { acme, house } = s;
    await removeDomain(house.ground, { ...acme.scope, domainId: (await s.domainOf(acme.scope)).id });
    assert.equal(await disconnect(), 'Team');
    assert.equal(await s.typeOf(acme.scope), 'Team');
  });
});
