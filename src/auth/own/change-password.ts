import { clock } from '../../platform/clock/clock.ts';
import { requireUser } from '../../users/lifecycle/administer.ts';
import { UserTable } from '../../users/user.entity.ts';
import { putOut } from '../../users/lifecycle/out.ts';
import type { Ground } from '../../trail/ground.ts';
import { forgetDevices } from '../credentials/guesses/devices.ts';
import { userPrincipal } from '../people/principal.ts';
import type { Session } from '../sessions/session.entity.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { ownErrors } from './errors.ts';
import { passwordChangedLetter, tell } from './letters.ts';
import { endLinks } from './links.ts';
import { type Login, LoginTable } from './login.entity.ts';
import { loginOf } from './logins.ts';
import { type ChosenPassword, hashChosen, requireGoodPassword } from './password.ts';

/**
 * Changes, or sets, the password of who is in and has proved it lately. Every other device is out; this one goes on
 * under a new session.
 * @param known the login as it was when they proved it
 * @param device by which this browser is known; every other is known no more
 * @throws own.passwordsDiffer, own.changedMeanwhile, password.*
 */
export async function changeOwnPassword(
  ground: Ground,
  sessions: Sessions,
  known: Login,
  session: Session,
  input: ChosenPassword,
  device: string | undefined,
): Promise<{ session: Session; token: string }> {
  requireGoodPassword(input, [known.address]);
  const passwordHash = await hashChosen(input, 'known');
  const { userId, organisationId, accountId } = known;
  const action = {
    eventName: 'ChangePassword',
    organisationId,
    accountId,
    about: userId,
    requestParameters: { accountId, userId },
  };
  return ground.trail.perform(action, async (m) => {
    const now = await loginOf(m, userId);
    const user = await requireUser(m, { organisationId, accountId }, userId);
    if (!now || now.passwordHash !== known.passwordHash || user.epoch !== session.epoch) {
      throw ownErrors('own.changedMeanwhile');
    }
    await m.update(LoginTable, { addressKey: now.addressKey }, { passwordHash, passwordChangedAt: clock.now() });
    await endLinks(m, { userIds: [userId] });
    await forgetDevices(m, { kind: 'user', id: userId }, device);
    await putOut(ground, m, user, [userId], 'passwordChanged');
    const principal = await userPrincipal(m, userId);
    const result = principal && (await sessions.renew(m, session, principal));
    if (!result) throw ownErrors('own.changedMeanwhile');
    await m.update(UserTable, { id: userId }, { liveUntil: result.session.expiresAt });
    await tell(ground, m, now, passwordChangedLetter(ground, now));
    return { result };
  });
}
