import { clock } from '../../platform/clock/clock.ts';
import { insertRow } from '../../platform/database/insert.ts';
import { lockRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Done } from '../../trail/trail.ts';
import { personal } from '../../trail/people/personal.ts';
import type { Scope } from '../../users/lifecycle/out.ts';
import { userErrors } from '../../users/errors.ts';
import { isBarred, registerPerson } from '../../users/lifecycle/register.ts';
import { hasOwnAccount } from '../../users/own.ts';
import { type User, UserTable } from '../../users/user.entity.ts';
import type { Browser } from '../credentials/signing-in/browser.ts';
import type { Entered } from '../people/let-in.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { admitByPassword } from './enter.ts';
import { ownErrors } from './errors.ts';
import type { OwnLink } from './link.entity.ts';
import { endLinks, isOfBrowser, readLink, takeLink } from './links.ts';
import { type Login, LoginTable } from './login.entity.ts';
import { freeAddress, knownAt } from './logins.ts';
import { requireAddress } from './ask.ts';
import { type ChosenPassword, hashChosen, requireGoodPassword } from './password.ts';
import { placeOf, scopeOf } from './place.ts';

export interface Registration extends ChosenPassword {
  /** How the person is called; empty: as the address. */
  name: string;
  /** The address, typed once more where the link was opened in another browser. */
  address: string;
}

/** Somebody new, and by what they sign in. */
export interface Registered {
  user: User;
  login: Login;
}

/** A name for people to read, or null. @throws own.nameInvalid */
export function requireName(typed: string): string | null {
  const name = typed.normalize('NFC').trim();
  if (name.length > 256 || /\p{C}/u.test(name)) throw ownErrors('own.nameInvalid', { field: 'name' });
  return name === '' ? null : name;
}

/**
 * Whoever opened the mailed link chooses a password and is a person, or the one whom the account has with that address already: in the account that has verified the domain of the
 * address, else in none. In another browser than the one that asked, they name the address once more.
 * @throws own.linkInvalid, own.addressDiffers, own.nameInvalid, own.passwordsDiffer, password.*, user.addressBarred
 */
export async function register(
  ground: Ground,
  sessions: Sessions,
  token: string,
  input: Registration,
  from: Browser,
): Promise<Came> {
  const link = await readLink(ground.db.read, token, ['register']);
  requireSame(link, input.address, from.browser);
  const displayName = requireName(input.name);
  requireGoodPassword(input, [link.address, displayName ?? '']);
  const place = await placeOf(ground.db.read, link.address);
  const known = await knownAt(ground.db.read, link.addressKey);
  if (place.kind === 'company' || known === 'somebody') throw ownErrors('own.linkInvalid');
  const passwordHash = await hashChosen(input);
  const scope = scopeOf(place);
  const { organisationId, accountId } = scope;
  const action = {
    eventName: 'Register',
    organisationId,
    accountId,
    requestParameters: { accountId, address: personal(link.address) },
  };
  return ground.trail.perform(action, async (m) => {
    // Again: the hash took its time, and the domain may be somebody's by now.
    const now = await readLink(m, token, ['register']);
    const there = await placeOf(m, now.address);
    if (there.kind === 'company' || scopeOf(there).accountId !== accountId) throw ownErrors('own.changedMeanwhile');
    await takeLink(m, now);
    const given = { address: now.address, displayName, passwordHash };
    const present = await giveLogin(ground, m, scope, given);
    const { user } = present ?? (await makePerson(ground, m, scope, given));
    return { ...(await come(ground, sessions, m, user, now.target, from)), isNew: present === null };
  });
}

/** Somebody who came a moment ago, and where they go on to. */
export interface Came {
  entered: Entered;
  target: string;
}

/** Lets somebody in whom this unit has made: one thing, and one record of it. */
export async function come(
  ground: Ground,
  sessions: Sessions,
  m: Writer,
  { id: userId }: User,
  target: string,
  from: Browser,
): Promise<Done<Came>> {
  const { result: entered, responseElements } = await admitByPassword(ground, sessions, m, { userId, target }, from);
  const shown = responseElements && { responseElements };
  return { result: { entered, target }, ...shown, about: userId, isNew: true };
}

/** Makes a person and their login, in the unit of whoever has proved the address. @throws own.linkInvalid when it is taken */
export async function makePerson(
  ground: Ground,
  m: Writer,
  scope: Scope,
  { address, displayName, passwordHash }: { address: string; displayName: string | null; passwordHash: string | null },
): Promise<Registered> {
  const { addressKey } = requireAddress(address);
  if (!(await freeAddress(ground, m, addressKey))) throw ownErrors('own.linkInvalid');
  const user = await registerPerson(ground, m, scope, { address, displayName });
  return { user, login: await keepLogin(m, user, { address, addressKey, passwordHash }) };
}

/**
 * Gives a login to whom the account has already with this address, and who has none: their directory is gone, and the
 * mailed link has proved the address. To be called in that unit; a provider's word for an address is not enough.
 * @returns null when there is nobody such
 * @throws user.addressBarred
 */
async function giveLogin(
  ground: Ground,
  m: Writer,
  scope: Scope,
  { address, passwordHash }: { address: string; passwordHash: string },
): Promise<Registered | null> {
  const { addressKey } = requireAddress(address);
  const user = await lockRow(
    m,
    UserTable,
    sql`a."accountId" = ${scope.accountId} AND a."primaryAddressKey" = ${addressKey} AND a."deletedAt" IS NULL
        AND a."releasedAt" IS NULL`,
  );
  if (!user || !(await hasOwnAccount(m, user)) || (await m.existsBy(LoginTable, { userId: user.id }))) return null;
  if (await isBarred(ground, m, scope, address)) {
    throw userErrors('user.addressBarred', { field: 'address', values: { value: address } });
  }
  if (!(await freeAddress(ground, m, addressKey))) throw ownErrors('own.linkInvalid');
  return { user, login: await keepLogin(m, user, { address, addressKey, passwordHash }) };
}

/** Keeps by what somebody new signs in; what was mailed to their address before does nothing any more. */
export async function keepLogin(
  m: Writer,
  { id: userId, organisationId, accountId }: User,
  given: Pick<Login, 'address' | 'addressKey' | 'passwordHash'>,
): Promise<Login> {
  const at = clock.now();
  const passwordChangedAt = given.passwordHash === null ? null : at;
  const login = { ...given, userId, organisationId, accountId, passwordChangedAt, verifiedAt: at, createdAt: at };
  await insertRow(m, LoginTable, login);
  await endLinks(m, { addressKey: given.addressKey });
  return login;
}

function requireSame(link: OwnLink, typed: string, browser: string): void {
  if (isOfBrowser(link, browser)) return;
  if (requireAddress(typed).addressKey !== link.addressKey) {
    throw ownErrors('own.addressDiffers', { field: 'email' });
  }
}
