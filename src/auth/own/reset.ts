import { clock } from '../../platform/clock/clock.ts';
import { identifyAs } from '../../platform/context/context.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import { putOut } from '../../users/lifecycle/out.ts';
import { UserTable } from '../../users/user.entity.ts';
import { forgetDevices } from '../credentials/guesses/devices.ts';
import { ownErrors } from './errors.ts';
import { passwordChangedLetter, tell } from './letters.ts';
import type { OwnLink } from './link.entity.ts';
import { endLinks, readLink, takeLink } from './links.ts';
import { type Login, LoginTable } from './login.entity.ts';
import { isSuspendedAt, knownAt, loginAt } from './logins.ts';
import { type ChosenPassword, hashChosen, requireGoodPassword } from './password.ts';
import { placeOf } from './place.ts';

/** Whose password a mailed link sets. @throws own.linkInvalid */
export async function readReset(on: Reader, token: string): Promise<{ link: OwnLink; login: Login }> {
  const link = await readLink(on, token, ['reset']);
  const login = await loginAt(on, link.addressKey);
  const known = await knownAt(on, link.addressKey);
  const suspended = await isSuspendedAt(on, link.addressKey);
  // The address may be somebody else's by now, or a company's.
  if (
    login?.userId !== link.userId ||
    known === 'deleted' ||
    suspended ||
    (await placeOf(on, link.address)).kind === 'company'
  ) {
    throw ownErrors('own.linkInvalid');
  }
  return { link, login };
}

/**
 * Sets a lost password anew, by a mailed link: once, and every device is out, and none is known any more. Second
 * factors stay. It lets nobody in:
 * whoever is suspended stays so.
 * @throws own.linkInvalid, own.passwordsDiffer, password.*
 */
export async function resetPassword(ground: Ground, token: string, input: ChosenPassword): Promise<Login> {
  const { login } = await readReset(ground.db.read, token);
  requireGoodPassword(input, [login.address]);
  const passwordHash = await hashChosen(input);
  const { userId, organisationId, accountId, address } = login;
  identifyAs({ type: 'User', principalId: userId, userName: address, organisationId, accountId });
  const action = {
    eventName: 'ResetPassword',
    organisationId,
    accountId,
    about: userId,
    requestParameters: { accountId, userId, address: personal(address) },
  };
  return ground.trail.perform(action, async (m) => {
    const { link, login: now } = await readReset(m, token); // again: the hash took its time
    const user = await m.findOneBy(UserTable, { id: now.userId, accountId: now.accountId });
    if (!user || user.deletedAt !== null) throw ownErrors('own.linkInvalid');
    await takeLink(m, link);
    await endLinks(m, { userIds: [userId] });
    const at = clock.now();
    await m.update(LoginTable, { addressKey: now.addressKey }, { passwordHash, passwordChangedAt: at, verifiedAt: at });
    await forgetDevices(m, { kind: 'user', id: userId });
    await putOut(ground, m, user, [user.id], 'passwordChanged');
    await tell(ground, m, now, passwordChangedLetter(ground, now));
    return { result: now };
  });
}
