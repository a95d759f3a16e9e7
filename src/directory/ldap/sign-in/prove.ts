import { randomUUID } from 'node:crypto';
import { PasswordPolicyControl } from 'ldapts';
import { verifiedDomainOf } from '../../../accounts/domains/domains.ts';
import { domainOf } from '../../../accounts/domains/name.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import { fold } from '../../../platform/text/fold.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { LdapClient } from '../client/client.ts';
import type { Entry } from '../client/entry.ts';
import type { Directory } from '../directory.entity.ts';
import { isActiveDirectory } from '../kinds.ts';
import { readPerson } from '../sync/reading/person.ts';
import { type Shape, shapeOf } from '../sync/reading/shape.ts';
import type { DirectoryPerson } from '../sync/people/person.ts';
import { PasswordMustChange, signInErrors } from './errors.ts';
import { findEntries } from './find.ts';
import type { BindTimes } from './bind-times.ts';
import { beginGuess, type Forget, type Guess, tooManyGuesses } from './guesses.ts';
import { type Allowance, countedOf, countedThere, type LockoutPolicies } from './lockout.ts';
import { isSendable, readName, type Typed } from './typed.ts';
import { type Cause, causeOf, policyWantsNew, wantsNewPassword } from './verdict.ts';

export interface Credentials {
  /** An address, or the directory's own user name. */
  name: string;
  password: string;
}

/** What proving passwords stands on. */
export interface Proving {
  ground: Ground;
  client: LdapClient;
  lockouts: LockoutPolicies;
  times: BindTimes;
  /** Whether the browser is one in which the person with this guid has signed in before; of a guid that is nobody's too. */
  isKnown: (guid: string) => Promise<boolean>;
  /** A domain that is known to be the account's own, since it has chosen the directory. */
  domain?: string;
  /** Is told whose password is about to be asked about: what else is to be known of them can be asked meanwhile. */
  asking?: (person: DirectoryPerson) => void;
  /** Is given what forgets the guesses once the password was right, instead of their being forgotten at once. */
  forgetLater?: (forget: Forget) => void;
}

/** One person's entry, found by what they typed. */
export interface Found {
  entry: Entry;
  person: DirectoryPerson;
  /** The password that is to be tried. */
  guess: Guess;
}

/** Somebody was refused: the person is told the same whatever the cause, which is for the log and the administrator. */
const refused = (cause: Cause | 'notSent' | 'nobody' | 'ambiguous', text = '') =>
  signInErrors('signIn.wrongCredentials', { detail: text === '' ? cause : `${cause}: ${text}` });

/**
 * Proves a password, as named checks in their order: what was typed may be sent; exactly one entry has that name; the
 * guess is allowed; the directory accepts the password of that entry's own DN. The typed name is never bound.
 * @throws signIn.wrongCredentials, signIn.tooManyGuesses, signIn.passwordMustChange (`PasswordMustChange`), directory.*
 */
export async function provePassword(
  proving: Proving,
  directory: Directory,
  { name, password }: Credentials,
): Promise<DirectoryPerson> {
  const { client, times, forgetLater } = proving;
  const typed = readName(name);
  if (!typed || !isSendable(password)) throw refused('notSent');
  const { entry, person, guess } = await findOne(proving, directory, typed, password);
  const isAd = isActiveDirectory(directory.kind);
  const policy = new PasswordPolicyControl();
  const asked = times.ofSomebody(directory.id, () =>
    client.bindAs(entry.dn, password, isAd ? [] : [policy], guess.onceMore),
  );
  proving.asking?.(person);
  const answer = await orWrong(guess, asked);
  if (!answer.accepted) {
    const cause = causeOf(answer, policy.value?.error);
    const right = wantsNewPassword(cause, isAd);
    await (right ? guess.right() : guess.wrong());
    throw right ? new PasswordMustChange(person, cause) : refused(cause, answer.text);
  }
  const wantsNew = entry.text('pwdReset')?.toUpperCase() === 'TRUE' || policyWantsNew(policy.value);
  await guess.right(wantsNew ? undefined : forgetLater);
  if (wantsNew) throw new PasswordMustChange(person, 'pwdReset');
  return person;
}

/** Nobody knows whether a password was counted there whose answer did not come. */
const orWrong = <T>(guess: Guess, asked: Promise<T>): Promise<T> =>
  asked.catch(async (error: unknown) => {
    await guess.wrong();
    throw error;
  });

/**
 * The one entry that a typed name means, after its guess was counted. For a name that is nobody's the directory is
 * asked as for any other, and answers no sooner, so that the time tells nothing.
 */
export async function findOne(
  { ground, client, lockouts, times, isKnown, domain }: Proving,
  directory: Directory,
  typed: Typed,
  password: string,
): Promise<Found> {
  const shape = shapeOf(directory);
  const byAddress = typed.address !== null && (await isTheirs(ground, directory, typed.address, domain));
  const entries = await findEntries(client, directory, shape, typed, byAddress);
  const allowance = await lockouts.allowance(client, directory);
  const [entry] = entries;
  const person = entries.length === 1 && entry ? readPerson(entry, shape) : null;
  const subject = person?.guid ?? hashToken(typed.address ?? fold(typed.name));
  const known = await isKnown(person?.guid ?? '');
  const guess = await beginGuess(ground, directory, subject, allowance, lockouts, known);
  if (entry && person) {
    await requireRoom(client, entry, allowance, guess, known).catch((error: unknown) => {
      guess.untried();
      throw error;
    });
    return { entry, person, guess };
  }
  try {
    await times.ofNobody(directory.id, () => client.bindAs(nobodyIn(shape), password, [], guess.onceMore));
  } finally {
    await guess.wrong();
  }
  throw refused(entries.length > 1 ? 'ambiguous' : 'nobody');
}

/** Whether the domain of an address is the account's own. */
const isTheirs = async (
  { db }: Ground,
  { accountId }: Directory,
  address: string,
  domain: string | undefined,
): Promise<boolean> =>
  (domain !== undefined && domainOf(address) === domain) ||
  (await verifiedDomainOf(db.read, address))?.accountId === accountId;

/**
 * Others than Carillon take passwords too: where the directory's own counter stands so high that this one could lock
 * the account, it is not tried; nor, in a browser that is not known, where it could take the last one before that from
 * whose account it is. Where others were tried since the entry was read, its counter is read anew.
 * @throws signIn.tooManyGuesses
 */
async function requireRoom(
  client: LdapClient,
  entry: Entry,
  allowance: Allowance,
  { again, atOnce }: Guess,
  isKnown: boolean,
): Promise<void> {
  const { threshold } = allowance;
  if (threshold === null) return;
  const present = again ? await client.read(entry.dn, countedThere) : entry;
  const { wrong, leftMs } = countedOf(present ?? entry, allowance);
  const left = isKnown || threshold < enoughToShare ? 0 : 1;
  if (wrong > 0 && wrong + atOnce + left >= threshold) throw tooManyGuesses(leftMs);
}

/** Where fewer lock, one that is left for the owner would leave too few for whoever is at a new browser. */
const enoughToShare = 5;

/** A DN that no entry has. */
const nobodyIn = ({ base }: Shape): string => `CN=${randomUUID()},${base}`;
