import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { normaliseAddress } from '../../accounts/domains/name.ts';
import type { CarillonError } from '../../platform/errors/errors.ts';
import { verifyPassword } from '../../platform/secrets/passwords.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import type { Action } from '../../trail/trail.ts';
import type { Browser } from '../credentials/signing-in/browser.ts';
import type { Entered } from '../people/let-in.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { admitByPassword } from './enter.ts';
import { ownErrors } from './errors.ts';
import type { Login } from './login.entity.ts';
import { knownAt, loginAt } from './logins.ts';
import { longestTyped } from './password.ts';
import { placeOf } from './place.ts';

export interface OwnCredentials {
  address: string;
  password: string;
  /** Where the browser goes afterwards. */
  target: string;
}

/** By what somebody is looked up, and attempts are counted; the same empty key for whatever is no address. */
export const ownKey = (address: string): string => normaliseAddress(address) ?? '';

/**
 * A sign-in by address and password. For an address that nobody has, that is a company's, or whose person was deleted,
 * a password is verified too, and refused in the same words after the same time. Only after the right one does it show
 * whether this person may come in, or a second factor is awaited.
 * @param known whether the browser is known for this person: then no flood of guesses makes it wait
 * @throws own.signInFailed, password.busy, NotEntitled
 */
export async function signInOwn(
  ground: Ground,
  sessions: Sessions,
  { address, password, target }: OwnCredentials,
  from: Browser,
  known: boolean,
): Promise<Entered> {
  const addressKey = ownKey(address);
  const { read } = ground.db;
  const login = await loginAt(read, addressKey);
  const place = await placeOf(read, addressKey);
  const usable = place.kind === 'company' ? null : login;
  const right = await verifyPassword(
    usable?.passwordHash ?? null,
    password.slice(0, longestTyped),
    known ? 'known' : 'anyone',
  );
  const action = actionOf(login, address);
  if (!right || !usable) throw refused(ground, action);
  return ground.trail.perform(action, async (m) => {
    const now = await loginAt(m, addressKey);
    // The password may have been changed, or the person deleted, while this one was verified.
    const same = now?.userId === usable.userId && now.passwordHash === usable.passwordHash;
    if (!same || (await isGone(m, addressKey))) throw ownErrors('own.signInFailed');
    return admitByPassword(ground, sessions, m, { userId: now.userId, target }, from);
  });
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

/** Whether its person was deleted: then there is nobody to be told anything. */
async function isGone(...[on, addressKey]: Parameters<typeof knownAt>): Promise<boolean> {
  return (await knownAt(on, addressKey)) === 'deleted';
}
