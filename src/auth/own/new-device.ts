import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { requestContext } from '../../platform/context/context.ts';
import type { User } from '../../users/user.entity.ts';
import { knownDevice } from '../credentials/guesses/devices.ts';
import { deviceName } from '../pages/device.ts';
import { newDeviceLetter, tell } from './letters.ts';
import { loginOf } from './logins.ts';

/**
 * Tells a person by mail that they have signed in with a browser that was not known, in the unit that lets them in; not
 * at their very first sign-in.
 * @param token by which the browser may be known
 */
export async function tellOfNewDevice(ground: Ground, m: Writer, user: User, token: string | undefined): Promise<void> {
  if (user.joinedAt === null || (await knownDevice(m, 'user', user.id, token)) !== null) return;
  const login = await loginOf(m, user.id);
  if (login) await tell(ground, m, login, newDeviceLetter(ground, login, deviceName(requestContext().userAgent)));
}
