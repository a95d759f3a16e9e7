import assert from 'node:assert/strict';
import { AccountTable } from '../../src/accounts/accounts/account.entity.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { mapGroup } from '../../src/directory/groups/mappings.ts';
import { until } from '../support/until.ts';
import { goesOut, isIn, signIn, type Stage, startStage } from './support.ts';

describeOnEachEngine('the commands for people, groups and domains', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await startStage();
  });
  afterEach(() => stage.stop());

  it('list people, with status, tier and the reason', async () => {
    const { company, json, run } = stage;
    await company.member('ada', 'Pro');
    await company.member('bob', 'Basic');
    await company.person('eve');
    const { users, more } = await json('user list');
    assert.deepEqual(
      users.map(({ email, tier, status, maySignIn }: Record<string, unknown>) => [email, tier, status, maySignIn]),
      [
        ['ada@acme.example', 'Pro', 'Unregistered', true],
        ['bob@acme.example', 'Basic', 'Unregistered', true],
        ['eve@acme.example', null, 'Unregistered', false],
      ],
    );
    assert.equal(more, false);
    assert.equal(users[2].because[0].kind, 'noGroup');
    const emails = async (words: string): Promise<string[]> =>
      (await json(words)).users.map(({ email }: { email: string }) => email.split('@')[0]);
    assert.deepEqual(await emails('user list --tier none'), ['eve']);
    assert.deepEqual(await emails('user list --tier basic'), ['bob']);
    assert.deepEqual(await emails('user list --search AD'), ['ada']);
    assert.deepEqual(await emails('user list --limit 1 --after ada@acme.example'), ['bob']);
    assert.equal((await json('user list --limit 1')).more, true);
    assert.deepEqual(await emails('user list --status suspended'), []);
    assert.match((await run('user list --tier gold')).stderr, /must be one of Basic, Pro, ProTrial, none/);
    const table = await run('user list');
    assert.match(table.stdout, /^EMAIL +NAME +STATUS +TIER +WHY +LAST SEEN\nada@acme\.example +ada +Unregistered +Pro/);
  });

  it('tell why: the way through groups, or what is missing', async () => {
    const { company, json, run, house } = stage;
    const eve = await company.person('eve');
    const team = await company.group('Engineers', [eve]);
    const missing = await json('user why eve@acme.example');
    assert.equal(missing.maySignIn, false);
    assert.deepEqual(missing.groups, [{ groups: ['Engineers'], tier: null }]);
    assert.match(missing.missing[0], /give one of theirs a tier \(Engineers\)/);
    await company.group('Everybody', [team]);
    await mapGroup(house.ground, company.scope, { groupName: 'Everybody', tier: 'Pro' });
    const why = await json(`user why ${eve.id}`);
    assert.equal(why.tier, 'Pro');
    assert.deepEqual(why.groups[0], { groups: ['Engineers', 'Everybody'], tier: 'Pro' });
    assert.deepEqual(why.missing, []);
    assert.match((await run('user why eve@acme.example')).stdout, /Engineers → Everybody → Pro/);
    await run('user suspend eve@acme.example --yes');
    const suspended = await json('user why eve@acme.example');
    assert.match(suspended.missing[0], /carillon user activate eve@acme\.example/);
  });

  it('suspend, activate and sign out by address or id; the trail and the receipt tell of it', async () => {
    const { company, json, run, call, house } = stage;
    const ada = await company.member('ada', 'Pro');
    const token = await signIn(house, ada);
    const { ground, sessions } = house;
    const refused = await run('user suspend ADA@acme.example');
    assert.equal(refused.status, 4);
    assert.match(refused.stderr, /1 person will be suspended: ada@acme\.example/);
    assert.ok(await isIn(sessions, token), 'nothing was changed');
    const declined = await call(['user', 'suspend', 'ada@acme.example'], { answers: ['n'] });
    assert.equal(declined.status, 4);
    assert.ok(await isIn(sessions, token));

    assert.deepEqual(await json('user suspend ada@acme.example --yes'), {
      id: ada.id,
      email: 'ada@acme.example',
      suspended: true,
      changed: true,
    });
    await goesOut(sessions, token);
    assert.equal((await json('user suspend ada@acme.example --yes')).changed, false);
    const shown = await json(`user show ${ada.id}`);
    assert.equal(shown.status, 'Suspended');
    assert.equal(shown.causes[0].cause, 'administrator');
    assert.match(shown.causes[0].since, /^\d{4}-.*Z$/);
    assert.equal((await json('user activate ada@acme.example')).changed, true);
    assert.equal((await json('user activate ada@acme.example --yes')).changed, false, 'scripts may say yes anywhere');

    const again = await signIn(house, ada);
    assert.equal((await json('user show ada@acme.example')).devices.length, 1);
    const unsaid = await run('user sign-out ada@acme.example');
    assert.equal(unsaid.status, 4);
    assert.match(unsaid.stderr, /ada@acme\.example will be signed out of 1 device\. They may sign in again/);
    assert.ok(await isIn(sessions, again));
    assert.equal((await json('user sign-out ada@acme.example --yes')).signedOut, true);
    await goesOut(sessions, again);
    const { Records } = await json('trail list --changes');
    assert.deepEqual(
      Records.slice(0, 2).map(({ eventName }: { eventName: string }) => eventName),
      ['LogoutUser', 'ActivateUsers'],
    );
    assert.equal(Records[0].userIdentity.type, 'CommandLine');
    const trailed = await ground.db.read.query<{ n: number }[]>(
      `SELECT COUNT(*) AS "n" FROM "trail_records" WHERE "eventName" = 'GetUser'`,
    );
    assert.ok(Number(trailed[0]?.n) > 0, 'reads leave records as those of the pages do');
  });

  it('name nobody wrongly: unknown is 3, and what two are named needs an id', async () => {
    const { run, json, company, call, house } = stage;
    assert.equal((await run('user show nobody@acme.example')).status, 3);
    const refusal = await call(['user', 'show', 'nobody@acme.example', '--json']);
    assert.equal(refusal.error().code, 'cli.notFound');
    assert.equal(refusal.stdout, '');
    await company.person('ada');
    assert.equal((await run(`user show ada@acme.example --account ${company.scope.accountId}`)).status, 0);
    const { id } = await json('account create Other');
    // As it could come about before names were held apart.
    await house.ground.db.write((m) => m.update(AccountTable, { id }, { name: 'Acme' }));
    const twice = await run('group list --account Acme');
    assert.equal(twice.status, 2);
    assert.match(twice.stderr, new RegExp(company.scope.accountId));
    assert.equal((await run('domain list')).status, 2, 'which account was not said');
  });

  it('map and unmap groups; unmapping says how many lose their right', async () => {
    const { company, json, run, call, house } = stage;
    const ada = await company.person('ada');
    await company.group('Sales', [ada, await company.person('bob')]);
    assert.equal((await run('group map Nothing Pro')).status, 3);
    assert.equal((await call(['group', 'map', 'Sales', 'Gold', '--json'])).error().code, 'mapping.tierInvalid');
    assert.equal((await json('group map Sales pro')).tier, 'Pro');
    const token = await signIn(house, ada);
    const { groups } = await json('group list');
    assert.deepEqual(
      [groups[0].name, groups[0].members, groups[0].tier, groups[0].waiting],
      ['Sales', 2, 'Pro', false],
    );
    const shown = await json('group show sales --limit 1');
    assert.deepEqual(shown.members, [{ id: ada.id, type: 'User', name: 'ada@acme.example' }]);
    assert.deepEqual([shown.memberCount, shown.more], [2, true]);
    assert.match((await run('group show Sales')).stdout, /MEMBER +TYPE +ID\nada@acme\.example +User/);

    const refused = await run('group unmap Sales');
    assert.equal(refused.status, 4);
    assert.match(refused.stderr, /puts out 2 people.*1 of them has signed in lately/);
    assert.ok(await isIn(house.sessions, token));
    const asked = await call(['group', 'unmap', 'Sales'], { answers: ['yes'] });
    assert.equal(asked.status, 0);
    assert.match(asked.stderr, /puts out 2 people[\s\S]*Go on\? \[y\/N\]/);
    await goesOut(house.sessions, token);
    assert.equal((await run('group unmap Sales --yes')).status, 3, 'it has no tier any more');
  });

  it('show what a no has ended', async () => {
    const { company, json, run, house } = stage;
    assert.match((await run('receipt list')).stderr, /Nothing was ended yet/);
    const ada = await company.member('ada', 'Pro');
    await signIn(house, ada);
    await run('user suspend ada@acme.example --yes');
    const receipts = await until(async () => {
      const found = (await json('receipt list --user ada@acme.example')).receipts;
      return found.length > 0 && found;
    });
    assert.equal(receipts[0].email, 'ada@acme.example');
    assert.equal(receipts[0].cause, 'administrator');
    assert.equal(receipts[0].sessions, 1);
  });

  it('print names from outside so that they cannot move the cursor', async () => {
    const { company, run } = stage;
    await company.group('Evil\u{1b}[2J\u{202e}', []);
    const human = await run('group list');
    assert.doesNotMatch(human.stdout, /(?!\n)[\p{Cc}\p{Cf}]/u);
    const asJson = await run('group list --json');
    assert.doesNotMatch(asJson.stdout, /(?!\n)[\p{Cc}\p{Cf}]/u);
    assert.equal(asJson.json().groups[0].name, 'Evil\u{1b}[2J\u{202e}');
  });
});
