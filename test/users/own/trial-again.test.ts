import assert from 'node:assert/strict';
import { clock } from '../../../src/platform/clock/clock.ts';
import { entitlement } from '../../../src/users/entitlement/entitlement.ts';
import { deletePerson } from '../../../src/users/lifecycle/people.ts';
import { removeUser } from '../../../src/users/lifecycle/administer.ts';
import { eraseWhatIsDue } from '../../../src/users/lifecycle/erase.ts';
import { TrialMarkTable } from '../../../src/users/trial/mark.entity.ts';
import { sweepTrialMarks } from '../../../src/users/trial/marks.ts';
import { type User, UserTable } from '../../../src/users/user.entity.ts';
import { trialMs } from '../../../src/users/trial/trial.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { type Own, ownHouse } from './support.ts';

describeOnEachEngine('trials of who deletes themself and registers anew', function () {
  this.timeout(60_000);
  let own: Own;
  beforeEach(async () => {
    own = await ownHouse();
  });
  afterEach(() => own.stop());

  it('are the ones that they had: they go on, and are not had twice', async () => {
    const { ground } = own.house;
    const ruth = await own.alone('ruth@own.example');
    await own.signIn(ruth);
    const { trialEndsAt } = await own.stored(ruth);
    clock.advance(86_400_000);
    await ground.db.write((m) => deletePerson(ground, m, ruth, 'left'));
    const again = await own.alone('Ruth@own.example');
    const other = await own.alone('tom@own.example');
    for (const user of [again, other]) await own.signIn(user);
    assert.equal((await own.stored(again)).trialEndsAt, trialEndsAt);
    assert.ok((await own.stored(other)).trialEndsAt! > trialEndsAt!);
    assert.equal((await entitlement(ground.db.read, again.id)).tier, 'Pro');
    clock.advance(trialMs);
    await ground.db.write(async (m) => deletePerson(ground, m, await own.stored(again), 'left'));
    const third = await own.alone('ruth@own.example');
    await own.signIn(third);
    assert.equal((await own.stored(third)).trialEndsAt, trialEndsAt);
    assert.equal((await entitlement(ground.db.read, third.id)).tier, 'Basic');
  });

  it('are had once also by who was released from an account that had ended theirs', async () => {
    const { ground } = own.house;
    const ruth = await own.alone('ruth@beta.example');
    await own.signIn(ruth);
    const { trialEndsAt: runs } = await own.stored(ruth);
    await ground.db.write((m) =>
      m.update(UserTable, { id: ruth.id }, { releasedAt: clock.now(), trialEndsAt: clock.now() }),
    );
    const again = await own.alone('ruth@beta.example');
    await own.signIn(again);
    const { trialEndsAt } = await own.stored(again);
    assert.ok(trialEndsAt! < runs!);
    assert.equal((await entitlement(ground.db.read, again.id)).tier, 'Basic');
  });

  it('are not had twice when everything of them is erased: a mark is left that tells nobody', async () => {
    await own.stop();
    own = await ownHouse({ keepDeletedDays: 0 });
    const { ground, upstairs } = own.house;
    const ruth = await own.alone('ruth@own.example');
    await own.signIn(ruth);
    const { trialEndsAt } = await own.stored(ruth);
    const erased = async (user: User): Promise<void> => {
      await ground.db.write(async (m) => deletePerson(ground, m, await own.stored(user), 'left'));
      clock.advance(1);
      assert.equal(await eraseWhatIsDue(ground, upstairs), true);
      assert.equal(await ground.db.read.findOneBy(UserTable, { id: user.id }), null);
    };
    await erased(ruth);
    const marks = await ground.db.read.find(TrialMarkTable);
    assert.equal(marks.length, 1);
    assert.doesNotMatch(JSON.stringify(marks), /ruth|own\.example/);
    const again = await own.alone('RUTH@own.example');
    await own.signIn(again);
    assert.equal((await own.stored(again)).trialEndsAt, trialEndsAt);
    clock.advance(trialMs);
    await erased(again);
    const third = await own.alone('ruth@own.example');
    await own.signIn(third);
    assert.equal((await entitlement(ground.db.read, third.id)).tier, 'Basic');
    const other = await own.alone('tom@own.example');
    await own.signIn(other);
    assert.equal((await entitlement(ground.db.read, other.id)).tier, 'Pro');
  });

  it('are not had twice by way of another address, nor by whoever was in a team; the mark goes after two years', async () => {
    await own.stop();
    own = await ownHouse({ keepDeletedDays: 0 });
    const { ground, upstairs } = own.house;
    const ruth = await own.alone('ruth@own.example');
    await own.signIn(ruth);
    const changed = { userName: 'r2@own.example', userNameKey: 'r2@own.example' };
    const address = { primaryAddress: 'r2@own.example', primaryAddressKey: 'r2@own.example' };
    await ground.db.write((m) => m.update(UserTable, { id: ruth.id }, { ...changed, ...address }));
    const team = await own.team('Team');
    const tim = await own.register(team, 'tim@own.example');
    await removeUser(ground, upstairs, team, tim.id);
    for (const user of [ruth, tim])
      await ground.db.write(async (m) => deletePerson(ground, m, await own.stored(user), 'left'));
    clock.advance(1);
    await eraseWhatIsDue(ground, upstairs);
    clock.advance(trialMs);
    for (const each of ['ruth@own.example', 'r2@own.example', 'tim@own.example']) {
      const user = await own.alone(each);
      await own.signIn(user);
      assert.equal((await entitlement(ground.db.read, user.id)).tier, 'Basic', each);
    }
    clock.advance(729 * 86_400_000);
    await ground.db.write(sweepTrialMarks);
    assert.equal(await ground.db.read.count(TrialMarkTable), 3);
    clock.advance(2 * 86_400_000);
    await ground.db.write(sweepTrialMarks);
    assert.equal(await ground.db.read.count(TrialMarkTable), 0);
  });
});
