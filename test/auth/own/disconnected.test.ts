import assert from 'node:assert/strict';
import { AccountTable } from '../../../src/accounts/accounts/account.entity.ts';
import { ConnectionTable } from '../../../src/auth/connectors/openid/connection.entity.ts';
import { deleteConnection } from '../../../src/auth/connectors/openid/disconnect.ts';
import { connectionOf } from '../../../src/auth/connectors/openid/settings.ts';
import { passkeyTables } from '../../../src/auth/credentials/factors/factors.entity.ts';
import { loginAt } from '../../../src/auth/own/logins.ts';
import { letIn } from '../../../src/auth/people/let-in.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { type Company, testCompany } from '../../support/company.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { isIn, type OwnStage, personAt, registerAs, setOwnStage, signInAs } from './support.ts';

describeOnEachEngine('own accounts: whose directory was disconnected', function () {
  this.timeout(60_000);
  let stage: OwnStage;
  let acme: Company;
  beforeEach(async () => {
    stage = await setOwnStage();
    acme = await testCompany(stage.carillon.house);
  });
  afterEach(() => stage.stop());

  it('registers with the address, and is who they were; connected again, the directory has them back', async () => {
    const { ground, sessions } = stage.carillon.house;
    const { read } = ground.db;
    const paula = await acme.member('paula', 'Pro');
    const connection = (await connectionOf(read, acme.scope.accountId))!;
    await deleteConnection(ground, acme.scope, 'admin');
    for (const by of ['passkey', 'upstream'] as const) {
      const proof = { userId: paula.id, by, target: '/', authTime: 0, amr: null };
      await assert.rejects(letIn(ground, sessions, proof, null), { code: 'signIn.stale' }, `${by}, before the address`);
    }
    const visitor = stage.carillon.visitor();
    const page = await registerAs(stage, visitor, 'paula@acme.example');
    assert.equal(page.path, '/me', page.text);
    assert.equal((await personAt(stage, 'paula@acme.example')).id, paula.id);
    assert.equal(await read.countBy(UserTable, { accountId: acme.scope.accountId }), 1);
    const other = stage.carillon.visitor();
    assert.equal((await signInAs(other, 'paula@acme.example')).status, 303);
    assert.equal(await isIn(other), true);
    for (const by of ['passkey', 'upstream'] as const) {
      const entered = await letIn(
        ground,
        sessions,
        { userId: paula.id, by, target: '/', authTime: 0, amr: null },
        null,
      );
      assert.equal(entered.step, 'in', by);
    }
    // Asked for again, it is an address that somebody has.
    const again = await stage.carillon.visitor().postFrom('/register', '/register', { email: 'paula@acme.example' });
    assert.equal(again.status, 200);
    const mail = await stage.smtp.next('paula@acme.example', ({ text }) => text.includes('already'));
    assert.doesNotMatch(mail.text, /register\/confirm/);

    await ground.db.write(async (m) => {
      await m.insert(ConnectionTable, connection);
      await m.update(AccountTable, { id: acme.scope.accountId }, { type: 'EnterpriseOIDC' });
    });
    for (const by of ['password', 'passkey', 'upstream'] as const) {
      const proof = { userId: paula.id, by, target: '/', authTime: 0, amr: null };
      await assert.rejects(letIn(ground, sessions, proof, null), { code: 'signIn.stale' }, by);
    }
    assert.equal((await read.findOneBy(UserTable, { id: paula.id }))?.connectionId, connection.id);
    // The directory may give that address to somebody else: gone again, it must lead nobody to Paula's account.
    const passkey = {
      id: 'p',
      credentialId: 'c',
      publicKey: 'k',
      counter: 0,
      transports: [],
      name: 'Key',
      backedUp: false,
    };
    const { organisationId } = acme.scope;
    const row = { ...passkey, organisationId, holderId: paula.id, createdAt: 1, lastUsedAt: null };
    await ground.db.write((m) => m.insert(passkeyTables.user, row));
    await deleteConnection(ground, acme.scope, 'admin');
    assert.equal(await loginAt(read, 'paula@acme.example'), null);
    assert.equal(await read.countBy(passkeyTables.user, { holderId: paula.id }), 0);
  });

  it('who had no access is barred from registering, too', async () => {
    const { ground } = stage.carillon.house;
    await acme.person('nora');
    await deleteConnection(ground, acme.scope, 'admin');
    const visitor = stage.carillon.visitor();
    await visitor.postFrom('/register', '/register', { email: 'nora@acme.example' });
    const { text } = await stage.smtp.next('nora@acme.example');
    assert.doesNotMatch(text, /register\/confirm/);
  });
});
