import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { normaliseAddress } from '../../accounts/domains/name.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import type { CarillonError } from '../../platform/errors/errors.ts';
import { verifyPassword } from '../../platform/secrets/passwords.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import type { Action } from '../../trail/trail.ts';
import { knownDevice } from '../credentials/guesses/devices.ts';
import type { Browser } from '../credentials/signing-in/browser.ts';
import type { Entered } from '../people/let-in.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { admitByPassword } from './enter.ts';
import { ownErrors } from './errors.ts';
import type { Login } from './login.entity.ts';
import { knownAt, loginAt } from './logins.ts';
import { longestTyped } from './password.ts';
import { type Place, placeOf } from './place.ts';

export interface OwnCredentials {
  address: string;
  password: string;
  /** Where the browser goes afterwards. */
  target: string;
}

/** What is known of an address before its password is looked at. */
export interface OwnAt {
  login: Login | null;
  place: Place;
  /** What stands for the browser in counts, when it is known for whoever has the address. */
  device: string | null;
}

/** By what somebody is looked up, and attempts are counted; the same empty key for whatever is no address. */
export const ownKey = (address: string): string => normaliseAddress(address) ?? '';

/** Asked in one turn, whoever has the address. @param device by which the browser may be known */
export async function ownAt(on: Reader, addressKey: string, device: string | undefined): Promise<OwnAt> {
  const whose = sql`SELECT "userId" FROM "logins" WHERE "addressKey" = ${addressKey}`;
  const [known, login, place] = await Promise.all([
    knownDevice(on, 'user', whose, device),
    loginAt(on, addressKey),
    placeOf(on, addressKey),
  ]);
  return { login, place, device: known };
}

/**
 * A sign-in by address and password. For an address that nobody has, that is a company's, or whose person was deleted,
 * a password is verified too, and refused in the same words after the same time. Only after the right one does it show
 * whether this person may come in, or a second factor is awaited.
 * @param at of that address; from a browser that is known for this person no flood of guesses makes it wait
 * @throws own.signInFailed, password.busy, NotEntitled
 */
export async function signInOwn(
  ground: Ground,
  sessions: Sessions,
  { address, password, target }: OwnCredentials,
  from: Browser,
  { login, place, device }: OwnAt,
): Promise<Entered> {
  const usable = place.kind === 'company' ? null : login;
  const right = await verifyPassword(
    usable?.passwordHash ?? null,
    password.slice(0, longestTyped),
    device === null ? 'anyone' : 'known',
  );
  const action = actionOf(login, address);
  if (!right || !usable) throw refused(ground, action);
  const { userId } = usable;
  return ground.trail.perform(action, (m) =>
    admitByPassword(ground, sessions, m, { userId, target }, from, () => requireSame(m, usable)),
  );
}

/** The password may have been changed, or the person deleted, while this one was verified. @throws own.signInFailed */
async function requireSame(on: Reader, { addressKey, userId, passwordHash }: Login): Promise<void> {
  const [now, known] = await Promise.all([loginAt(on, addressKey), knownAt(on, addressKey)]);
  const same = now?.userId === userId && now.passwordHash === passwordHash;
  if (!same || known === 'deleted') throw ownErrors('own.signInFailed');
}

function actionOf(login: Login | null, address: string): Action {
  const shown = personal(address.slice(0, 320).replaceAll(/\p{Cc}/gu, '\u{fffd}')); // PostgreSQL takes no NUL
  const { organisationId, accountId } = login ?? nobodys;
  return {
    eventName: 'SignIn',
    organisationId,
    accountId,
    beside: true, // a no that comes between raises the epoch, under which no session that was begun here lives
    ...(login && { about: login.userId }),
    requestParameters: { accountId, address: shown, ...(login && { userId: login.userId }) },
  };
}

function refused(ground: Ground, action: Action): CarillonError {
  const refusal = ownErrors('own.signInFailed', { field: 'password' });
  ground.trail.refused(action, refusal);
  return refusal;
}
