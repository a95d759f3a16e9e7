import type { Ground } from '../../trail/ground.ts';
import { requireUser } from '../../users/lifecycle/administer.ts';
import { deletePerson } from '../../users/lifecycle/people.ts';
import { requireAddress } from './ask.ts';
import { ownErrors } from './errors.ts';
import { deletedLetter, tell } from './letters.ts';
import { endLinks } from './links.ts';
import type { Login } from './login.entity.ts';
import { dropLogins } from './logins.ts';

/**
 * A person deletes themself, having proved lately who they are: out everywhere with the commit, the address free again,
 * what is left erased as all that is deleted (`users/lifecycle/erase.ts`).
 * @param typed their address, typed once more
 * @throws own.notConfirmed, user.notFound
 */
export async function deleteOneself(ground: Ground, login: Login, typed: string): Promise<void> {
  const { userId, organisationId, accountId } = login;
  const action = {
    eventName: 'DeleteOwnAccount',
    organisationId,
    accountId,
    about: userId,
    requestParameters: { accountId, userId },
  };
  await ground.trail.perform(action, async (m) => {
    const user = await requireUser(m, { organisationId, accountId }, userId);
    if (keyOf(typed) !== login.addressKey) throw ownErrors('own.notConfirmed', { field: 'confirmation' });
    await deletePerson(ground, m, user, 'left');
    await dropLogins(m, [userId]);
    await endLinks(m, { userIds: [userId] });
    // It concerns nobody any more: erasing them at once must not take the word of it along.
    await tell(ground, m, login, deletedLetter(ground, login.address), null);
    return { result: undefined };
  });
}

function keyOf(typed: string): string {
  try {
    return requireAddress(typed).addressKey;
  } catch {
    return '';
  }
}
