import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import { offerOf, registerInvited } from '../../users/invitations/accept.ts';
import { userErrors } from '../../users/errors.ts';
import type { Browser } from '../credentials/signing-in/browser.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { freeAddress, knownAt } from './logins.ts';
import { type ChosenPassword, hashChosen, requireGoodPassword } from './password.ts';
import { type Came, come, keepLogin, requireName } from './register.ts';

/**
 * Somebody who was invited, and has no account yet, chooses a password and is in the team: the link in the mail has
 * proved the address.
 * @throws invitation.*, own.nameInvalid, own.passwordsDiffer, password.*, user.addressBarred
 */
export async function registerByInvitation(
  ground: Ground,
  sessions: Sessions,
  token: string,
  input: ChosenPassword & { name: string },
  from: Browser,
): Promise<Came> {
  const { invitation } = await offerOf(ground.db.read, { token });
  const { organisationId, accountId, address, addressKey, id: inviteId } = invitation;
  const displayName = requireName(input.name);
  requireGoodPassword(input, [address, displayName ?? '']);
  if ((await knownAt(ground.db.read, addressKey)) === 'somebody') throw userErrors('invitation.haveAccount');
  const passwordHash = await hashChosen(input);
  const requestParameters = { accountId, inviteId, address: personal(address) };
  return ground.trail.perform({ eventName: 'Register', organisationId, accountId, requestParameters }, async (m) => {
    if (!(await freeAddress(ground, m, addressKey))) throw userErrors('invitation.haveAccount');
    const { user } = await registerInvited(ground, m, token, { displayName });
    await keepLogin(m, user, { address, addressKey, passwordHash });
    return come(ground, sessions, m, user, '/me', from);
  });
}
