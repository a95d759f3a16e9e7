import assert from 'node:assert/strict';
import { clock } from '../../../src/platform/clock/clock.ts';
import { entitlement } from '../../../src/users/entitlement/entitlement.ts';
import { deletePerson } from '../../../src/users/lifecycle/people.ts';
import { trialMs } from '../../../src/users/trial/trial.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
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
});
