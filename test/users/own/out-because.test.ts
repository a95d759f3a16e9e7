import assert from 'node:assert/strict';
import { buildHouse, type House } from '../../../src/app.ts';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { userPrincipal } from '../../../src/auth/people/principal.ts';
import { removeUser, signOutUser } from '../../../src/users/lifecycle/administer.ts';
import { type OutCause, putOut, type Scope } from '../../../src/users/lifecycle/out.ts';
import { deletePerson } from '../../../src/users/lifecycle/people.ts';
import { registerPerson } from '../../../src/users/lifecycle/register.ts';
import type { User } from '../../../src/users/user.entity.ts';
import { describeOnEachEngine, onEngine } from '../../support/engines.ts';
import { testConfig } from '../../support/house.ts';

/** A house in which nobody does the work that follows a no: what is known then is known from the commit on. */
describeOnEachEngine('why somebody is out, from the commit on', function () {
  this.timeout(60_000);
  let house: House;
  beforeEach(async () => {
    house = await buildHouse(await onEngine(testConfig()));
  });
  afterEach(() => house.close());

  const someone = async (scope: Scope = nobodys): Promise<{ user: User; token: string }> => {
    const { ground, sessions } = house;
    return ground.db.write(async (m) => {
      const user = await registerPerson(ground, m, scope, { address: 'ruth@own.example' });
      const principal = await userPrincipal(m, user.id);
      return { user, token: (await sessions.begin(m, principal!, 3_600_000)).token };
    });
  };
  const because = async (token: string): Promise<string | null> => {
    const result = await house.sessions.check(token, 'user');
    return result.in ? null : result.because;
  };

  for (const cause of ['passwordChanged', 'signOut', 'group', 'domain'] as const satisfies OutCause[]) {
    it(`${cause}: the other device is told that, and nothing else`, async () => {
      const { user, token } = await someone();
      assert.equal(await because(token), null);
      await house.ground.db.write((m) => putOut(house.ground, m, user, [user.id], cause));
      assert.equal(await because(token), cause);
    });
  }

  it('who has deleted themself, or was removed, is told which', async () => {
    const { ground, upstairs } = house;
    const left = await someone();
    await ground.db.write((m) => deletePerson(ground, m, left.user, 'left'));
    assert.equal(await because(left.token), 'left');
    const organisation = await ground.db.write((m) => createOrganisation(m, 'Team'));
    const { id: accountId } = await createAccount(ground, organisation.id, { name: 'Team' });
    const team = { organisationId: organisation.id, accountId };
    const removed = await someone(team);
    await removeUser(ground, upstairs, team, removed.user.id);
    assert.equal(await because(removed.token), 'removed');
    await signOutUser(ground, nobodys, removed.user.id);
    assert.equal(await because(removed.token), 'signOut', 'the last one counts');
  });

  it('who was put out before, and whose directory deletes them later, was deleted', async () => {
    const { ground } = house;
    const { user, token } = await someone();
    await ground.db.write((m) => putOut(ground, m, user, [user.id], 'passwordChanged'));
    await ground.db.write((m) => deletePerson(ground, m, user, 'directory'));
    assert.equal(await because(token), 'deleted');
  });
});
