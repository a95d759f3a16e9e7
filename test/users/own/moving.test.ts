import assert from 'node:assert/strict';
import { anyAccount } from '../../../src/accounts/accounts/accounts.ts';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { SessionTable } from '../../../src/auth/sessions/session.entity.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { PersonKeyTable } from '../../../src/trail/people/key.entity.ts';
import { personal } from '../../../src/trail/people/personal.ts';
import { entitlement } from '../../../src/users/entitlement/entitlement.ts';
import { eraseWhatIsDue } from '../../../src/users/lifecycle/erase.ts';
import { deleteOrganisation } from '../../../src/users/lifecycle/delete-account.ts';
import { mayMove, movePeople } from '../../../src/users/lifecycle/move.ts';
import type { Scope } from '../../../src/users/lifecycle/out.ts';
import { ReceiptTable } from '../../../src/users/lifecycle/receipt.entity.ts';
import { removeUser, signOutUser } from '../../../src/users/lifecycle/administer.ts';
import { tellOfEndedTrials } from '../../../src/users/trial/tell.ts';
import { trialMs } from '../../../src/users/trial/trial.ts';
import { shownTier } from '../../../src/users/trial/tier.ts';
import type { User } from '../../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { until } from '../../support/until.ts';
import { type Own, ownHouse } from './support.ts';

describeOnEachEngine('moving between accounts', () => {
  let own: Own;
  beforeEach(async () => {
    own = await ownHouse();
  });
  afterEach(() => own.stop());

  const move = async (user: User, from: Scope, to: Scope, trial: 'enter' | 'leave' = 'enter'): Promise<void> => {
    const { ground, upstairs } = own.house;
    await ground.db.write(
      async (m) => {
        await ground.db.alone(from.accountId);
        const one = await anyAccount(m, from.organisationId, from.accountId);
        const other = await anyAccount(m, to.organisationId, to.accountId);
        await movePeople(ground, upstairs, m, [await own.stored(user)], { from: one, to: other, trial });
      },
      { organisationId: to.organisationId, accountId: to.accountId },
    );
  };
  const tier = async ({ id }: User) => shownTier(await entitlement(own.house.ground.db.read, id));

  it('takes devices along, which memory knows of at once; what is older than the move is dead', async () => {
    const { sessions, ground } = own.house;
    const team = await own.team('Acme');
    const ruth = await own.alone('ruth@any.example');
    const token = await own.signIn(ruth);
    assert.equal(await own.isIn(token), true); // remembered from here on
    const before = await sessions.principal('user', ruth.id);
    const born = {
      kind: 'user' as const,
      principalId: ruth.id,
      epoch: before!.epoch,
      accountEpoch: before!.accountEpoch,
    };
    assert.ok(await sessions.standing({ ...born, sessionId: null }));
    await move(ruth, nobodys, team);
    assert.equal(await own.isIn(token), true);
    assert.equal(await sessions.standing({ ...born, sessionId: null }), null, 'a token of before');
    const { principal, session } = (await sessions.check(token, 'user')) as never as Record<
      string,
      Record<string, unknown>
    >;
    assert.deepEqual([principal?.['organisationId'], principal?.['accountId']], [team.organisationId, team.accountId]);
    assert.equal(session?.['accountId'], team.accountId);
    const now = { ...born, epoch: principal?.['epoch'] as number, accountEpoch: principal?.['accountEpoch'] as number };
    assert.ok(await sessions.standing({ ...now, sessionId: session?.['id'] as string }));
    const stored = await own.stored(ruth);
    assert.deepEqual([stored.id, stored.primaryAddress, stored.licence], [ruth.id, 'ruth@any.example', 'Pro']);
    assert.equal(await ground.db.read.countBy(ReceiptTable, { userId: ruth.id }), 0, 'nobody was put out');
  });

  it('revives no device that was over before', async () => {
    const { ground } = own.house;
    const team = await own.team('Acme');
    const ruth = await own.alone('ruth@any.example');
    const ended = await own.signIn(ruth);
    await signOutUser(ground, nobodys, ruth.id);
    const live = await own.signIn(ruth);
    await move(ruth, nobodys, team);
    assert.equal(await own.isIn(ended), false);
    assert.equal(await own.isIn(live), true);
    const rows = await ground.db.read.findBy(SessionTable, {
      principalId: ruth.id,
      organisationId: team.organisationId,
    });
    assert.equal(rows.length, 1);
  });

  it('whoever has the name there already keeps it', async () => {
    const { ground } = own.house;
    const team = await own.team('Acme');
    const ruth = await own.alone('ruth@any.example');
    const tom = await own.alone('tom@any.example');
    await own.register(team, 'Ruth@any.example');
    const free = await ground.db.write((m) => mayMove(m, team.accountId, [ruth, tom]));
    assert.deepEqual(
      free.map(({ id }) => id),
      [tom.id],
    );
  });

  it('a key of the trail goes along: it outlives the former organisation', async () => {
    const { ground, upstairs } = own.house;
    const team = await own.team('Acme');
    const other = await own.team('Other');
    const ruth = await own.register(team, 'ruth@any.example');
    const requestParameters = { email: personal('ruth@any.example') };
    await ground.trail.perform({ eventName: 'UpdateUser', ...team, requestParameters }, async () => ({
      result: null,
      about: ruth.id,
    }));
    await move(ruth, team, other);
    await deleteOrganisation(ground, upstairs, team.organisationId, team.organisationId);
    clock.advance(31 * 86_400_000);
    while (!(await eraseWhatIsDue(ground, upstairs)));
    const key = await ground.db.read.findOneBy(PersonKeyTable, { personId: ruth.id });
    assert.equal(key?.erasedAt, null);
    assert.equal(key.organisationId, other.organisationId);
    assert.equal((await own.stored(ruth)).accountId, other.accountId);
  });

  it('a trial begins with the first sign-in of who registered on their own, and is shown as ProTrial', async () => {
    const ruth = await own.alone('ruth@any.example');
    assert.equal(await tier(ruth), 'Basic');
    await own.signIn(ruth);
    const { trialStartedAt, trialEndsAt } = await own.stored(ruth);
    assert.equal(trialEndsAt! - trialStartedAt!, trialMs);
    const { because } = await entitlement(own.house.ground.db.read, ruth.id);
    assert.deepEqual(because, [{ kind: 'trial', tier: 'Pro', until: trialEndsAt }]);
    assert.equal(await tier(ruth), 'ProTrial');
    clock.advance(86_400_000);
    await own.signIn(ruth);
    assert.equal((await own.stored(ruth)).trialStartedAt, trialStartedAt, 'one in a life');
  });

  it('after 30 days they are Basic; the job tells memory once, and puts nobody out', async () => {
    const { ground, sessions } = own.house;
    const ruth = await own.alone('ruth@any.example');
    const token = await own.signIn(ruth);
    assert.equal((await sessions.principalOf('user', ruth.id))?.tier, 'Pro');
    clock.advance(trialMs - 1000);
    assert.equal(await tellOfEndedTrials(ground), 0);
    clock.advance(1000);
    assert.equal(await tier(ruth), 'Basic');
    assert.equal(await tellOfEndedTrials(ground), 1);
    assert.equal(await tellOfEndedTrials(ground), 0);
    assert.equal((await sessions.principalOf('user', ruth.id))?.tier, 'Basic');
    assert.equal(await own.isIn(token), true);
    await own.signIn(ruth);
    assert.equal(await tier(ruth), 'Basic');
  });

  it('many trials that end together are told in bounded steps', async () => {
    const { ground } = own.house;
    for (let i = 0; i < 250; i++) {
      const { id } = await own.alone(`p${i}@any.example`);
      await own.signIn({ id });
    }
    clock.advance(trialMs + 1);
    assert.equal(await tellOfEndedTrials(ground), 250);
  });

  it('a trial ends at once, with the account’s licence, when they enter an account; removed they get no other', async () => {
    const { ground, upstairs } = own.house;
    const team = await own.team('Acme');
    const ruth = await own.alone('ruth@any.example');
    await own.signIn(ruth);
    await move(ruth, nobodys, team);
    assert.equal(await tier(ruth), 'Pro');
    assert.deepEqual((await entitlement(ground.db.read, ruth.id)).because, [{ kind: 'assigned', tier: 'Pro' }]);
    assert.ok((await own.stored(ruth)).trialEndsAt! <= clock.now());
    assert.equal(await removeUser(ground, upstairs, team, ruth.id), true);
    const token = await own.signIn(ruth);
    assert.equal(await tier(ruth), 'Basic');
    assert.equal(await own.isIn(token), true);
  });

  it('somebody whom an account had from the start has no trial when they are removed', async () => {
    const { ground, upstairs } = own.house;
    const team = await own.team('Acme');
    const ruth = await own.register(team, 'ruth@any.example');
    await removeUser(ground, upstairs, team, ruth.id);
    await own.signIn(ruth);
    assert.equal(await tier(ruth), 'Basic');
  });

  it('removed from a team they are out everywhere at once, with a receipt, and may sign in again on their own', async () => {
    const { ground, upstairs } = own.house;
    const team = await own.team('Acme');
    const ruth = await own.register(team, 'ruth@any.example');
    const devices = [await own.signIn(ruth), await own.signIn(ruth)];
    for (const device of devices) assert.equal(await own.isIn(device), true);
    assert.equal(await removeUser(ground, upstairs, team, ruth.id), true);
    for (const device of devices) assert.equal(await own.isIn(device), false);
    const receipt = await until(() => ground.db.read.findOneBy(ReceiptTable, { userId: ruth.id }));
    assert.deepEqual([receipt.cause, receipt.accountId, receipt.sessions], ['removed', team.accountId, 2]);
    assert.equal((await own.stored(ruth)).accountId, nobodys.accountId);
    assert.equal(await own.isIn(await own.signIn(ruth)), true);
    await assert.rejects(removeUser(ground, upstairs, team, ruth.id), { code: 'user.notFound' });
  });
});
