import assert from 'node:assert/strict';
import { nobodys } from '../../src/accounts/accounts/nobodys.ts';
import { createAccount } from '../../src/accounts/accounts/accounts.ts';
import { offerOf } from '../../src/users/invitations/accept.ts';
import { deletePerson } from '../../src/users/lifecycle/people.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import { beginTrial } from '../../src/users/trial/begin.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { type Stage, startStage } from './support.ts';

/** What is told of an address that was invited. */
interface Told {
  email: string;
  status: string;
  emailStatus: string;
  error: { code: string } | null;
}

describeOnEachEngine('the commands for own accounts', function () {
  this.timeout(60_000);
  let stage: Stage;
  let on: string;
  beforeEach(async () => {
    stage = await startStage();
    const { organisationId } = stage.company.scope;
    await createAccount(stage.house.ground, organisationId, { name: 'Team' });
    on = `--account Team --organisation ${organisationId}`;
  });
  afterEach(() => stage.stop());

  it('show people who are in no account when the reserved organisation is named, and change nothing there', async () => {
    const { house, json, run } = stage;
    const { ground } = house;
    const ruth = await ground.db.write((m) => registerPerson(ground, m, nobodys, { address: 'ruth@any.example' }));
    await ground.db.write((m) => beginTrial(ground, m, ruth.id));
    const there = `--organisation ${nobodys.organisationId}`;
    const { users } = await json(`user list ${there}`);
    assert.deepEqual(
      users.map(({ email, tier }: Record<string, string>) => [email, tier]),
      [['ruth@any.example', 'ProTrial']],
    );
    assert.deepEqual((await json(`user list ${there} --tier protrial`)).users.length, 1);
    assert.deepEqual((await json(`user list ${there} --tier pro`)).users, []);
    const shown = await json(`user show ruth@any.example ${there}`);
    assert.match(shown.because[0].until, /^\d{4}-\d\d-\d\dT/);
    assert.match((await run(`user why ruth@any.example ${there}`)).stdout, /ProTrial until \d{4}-\d\d-\d\d/);
    assert.deepEqual((await json('organisation list')).organisations.length, 1);
    for (const words of [
      `user remove ruth@any.example ${there} --yes`,
      `user licence ruth@any.example Pro ${there}`,
      `domain claim any.example ${there}`,
      `account create Mine ${there}`,
      `account licence ${nobodys.accountId} Pro ${there}`,
      `admin add mallory ${there}`,
      `invitation send a@any.example ${there}`,
    ]) {
      const refused = await run(`${words} --json`);
      assert.equal(refused.error().code, 'account.reserved', words);
      assert.equal(refused.status, 1, words);
    }
    const bare = await run(`user suspend ruth@any.example ${there} --yes --json`);
    assert.equal(bare.error().code, 'user.reasonInvalid', 'not without a reason');
    const words = `user suspend ruth@any.example ${there}`.split(' ');
    const asked = await stage.call([...words, '--reason', 'Sends spam']);
    assert.match(asked.stderr, /Only this command line lifts it/);
    const suspended = await stage.call([...words, '--reason', 'Sends spam', '--yes', '--json']);
    assert.deepEqual([suspended.json().suspended, suspended.json().changed], [true, true]);
    const { status, causes } = await json(`user show ruth@any.example ${there}`);
    assert.deepEqual([status, causes[0].reason], ['Suspended', 'Sends spam']);
    assert.match((await run(`user show ruth@any.example ${there}`)).stdout, /Sends spam/);
    assert.equal((await json(`user activate ruth@any.example ${there}`)).changed, true);
    assert.equal((await json(`user show ruth@any.example ${there}`)).maySignIn, true);
    await stage.call([...words, '--reason', 'Sends spam', '--yes']);
    await ground.db.write((m) => deletePerson(ground, m, ruth));
    assert.equal((await json(`user activate ruth@any.example ${there}`)).changed, true, 'of whoever is gone, too');
    assert.equal((await run(`user activate ruth@any.example ${there}`)).status, 3);
    assert.equal((await run('user list --organisation 00000000000 --json')).error().code, 'cli.organisationNotFound');
  });

  it('invite, list, send again, hand over and revoke', async () => {
    const { house, call, json, run } = stage;
    const words = (text: string): string[] => [...text.split(' '), ...on.split(' ')];
    const sent = await call(['invitation', 'send', 'ada@x.example; eve@acme.example', ...on.split(' '), '--json']);
    const { invitations } = sent.json();
    assert.deepEqual(
      invitations.map(({ email, status, emailStatus, error }: Told) => [email, status, emailStatus, error?.code]),
      [
        ['ada@x.example', 'Pending', 'NotSent', undefined],
        ['eve@acme.example', 'Failed', 'NotSent', 'invitation.domainClaimed'],
      ],
    );
    assert.ok(!sent.stdout.includes('token='));
    assert.match(sent.stderr, /sends no mail: set SMTP_URL/);
    const none = await call(['invitation', 'send', 'eve@acme.example', ...on.split(' ')]);
    assert.equal(none.status, 1);
    assert.match(none.stdout, /another account has shown/);

    const made = await json(`invitation link ada@x.example ${on}`);
    const token = new URL(made.link).searchParams.get('token')!;
    assert.equal((await offerOf(house.ground.db.read, { token })).invitation.id, made.id);
    assert.equal((await run(`invitation resend ada@x.example ${on}`)).status, 1, 'a minute is not over');
    const listed = await call(words('invitation list'));
    assert.match(listed.stdout, /^EMAIL +STATUS +MAIL +SENT +GOOD UNTIL +ID\nada@x\.example +Pending +NotSent/);
    assert.equal((await json(`invitation revoke ada@x.example ${on}`)).changed, true);
    assert.equal((await json(`invitation revoke ${made.id} ${on}`)).changed, false);
    assert.equal((await json(`invitation list ${on}`)).invitations[0].status, 'Failed');
    assert.deepEqual((await json(`invitation list --pending ${on}`)).invitations, []);
    const over = await run(`invitation resend ada@x.example ${on} --json`);
    assert.equal(over.error().code, 'invitation.answered', 'by its address too');
    assert.equal((await json(`invitation revoke ada@x.example ${on}`)).changed, false);
    assert.equal((await run(`invitation link nobody@x.example ${on}`)).status, 3);

    const linked = await call([...words('invitation send bob@x.example --links'), '--json']);
    assert.match(linked.json().invitations[0].link, /\/invitation\?token=[\w-]{43}$/);
  });

  it('assign tiers by hand, and remove people from a team, who go on on their own', async () => {
    const { house, json, run } = stage;
    const { ground } = house;
    const { accounts } = await json(`account list --name Team ${on.split(' ').slice(2).join(' ')}`);
    const scope = { organisationId: stage.company.scope.organisationId, accountId: accounts[0].id };
    const ruth = await ground.db.write((m) => registerPerson(ground, m, scope, { address: 'ruth@any.example' }));
    assert.equal((await json(`user licence ruth@any.example basic ${on}`)).changed, true);
    assert.equal((await json(`user licence ruth@any.example Basic ${on}`)).changed, false);
    assert.equal((await json(`user show ruth@any.example ${on}`)).tier, 'Basic');
    assert.equal((await run(`user licence ruth@any.example Gold ${on} --json`)).error().code, 'user.licenceInvalid');
    const organisation = on.split(' ').slice(2).join(' ');
    assert.equal((await json(`account licence Team Basic ${organisation}`)).defaultLicence, 'Basic');
    await stage.company.member('ada', 'Pro');
    const directory = await run(`user licence ada@acme.example Basic --account Acme ${organisation} --json`);
    assert.equal(directory.error().code, 'user.tierByGroup');

    const asked = await run(`user remove ruth@any.example ${on}`);
    assert.match(asked.stderr, /They keep their own account/);
    const removed = await json(`user remove ruth@any.example --yes ${on}`);
    assert.deepEqual([removed.removed, removed.keepsAccount], [true, true]);
    const there = await json(`user show ${ruth.id} --organisation ${nobodys.organisationId}`);
    assert.deepEqual([there.email, there.tier], ['ruth@any.example', 'Basic']);
  });
});
