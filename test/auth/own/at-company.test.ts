import assert from 'node:assert/strict';
import { AccountTable } from '../../../src/accounts/accounts/account.entity.ts';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { letIn } from '../../../src/auth/people/let-in.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { testCompany } from '../../support/company.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import {
  openidInput,
  registerBy,
  setUpstreamStage,
  signInBy,
  type UpstreamStage,
} from '../connectors/upstream/stage.ts';

describeOnEachEngine('own accounts: whose domain a company with a sign-in of its own has verified', function () {
  this.timeout(60_000);
  let stage: UpstreamStage;
  beforeEach(async () => {
    stage = await setUpstreamStage();
    await stage.add(openidInput(stage));
  });
  afterEach(() => stage.stop());

  for (const where of ['in no account', 'in a team'] as const) {
    it(`sign in there, whatever Carillon holds of them, and stay in where they are (${where})`, async () => {
      const { house } = stage.carillon;
      const { ground, sessions } = house;
      const visitor = stage.carillon.visitor();
      const done = await registerBy(visitor);
      assert.equal(done.path, '/me', done.text);
      const user = (await ground.db.read.findOneBy(UserTable, { primaryAddressKey: 'rosa.rogue@acme.example' }))!;
      if (where === 'in a team') {
        const { id: organisationId } = await ground.db.write((m) => createOrganisation(m, 'Team'));
        const { id: accountId } = await createAccount(ground, organisationId, { name: 'Team' });
        await ground.db.write((m) => m.update(UserTable, { id: user.id }, { organisationId, accountId }));
      }
      const acme = await testCompany(house);
      const { accountId: id } = acme.scope;
      await ground.db.write((m) => m.update(AccountTable, { id }, { helpContact: 'the bell ringers' }));
      const refused = await signInBy(stage.carillon.visitor());
      assert.equal(refused.status, 403, refused.text);
      assert.match(refused.text, /acme\.example.*sign in there/);
      assert.match(refused.text, /Whom to ask: the bell ringers/);
      for (const by of ['password', 'passkey', 'upstream'] as const) {
        const proof = { userId: user.id, by, target: '/', authTime: 0, amr: null };
        await assert.rejects(letIn(ground, sessions, proof, null), { code: 'signIn.atCompany' }, by);
      }
      if (where === 'in no account') assert.equal((await visitor.send('/session')).status, 200, 'nobody is put out');
    });
  }
});
