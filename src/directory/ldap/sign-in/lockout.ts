import { clock } from '../../../platform/clock/clock.ts';
import { type LdapClient, refusalOf } from '../client/client.ts';
import type { Entry } from '../client/entry.ts';
import { equals } from '../client/filters.ts';
import { suffixOf } from '../client/root-dse.ts';
import type { Directory } from '../directory.entity.ts';
import { isActiveDirectory } from '../kinds.ts';
import { fromFileTime, fromGeneralizedTime } from '../sync/reading/times.ts';

/** How many wrong passwords of one entry may reach the directory in a time. */
export interface Allowance {
  /** From browsers in which the person has never signed in. */
  guesses: number;
  /** In all, when the last ones are from a browser in which the person has: those that are left for them alone. */
  known: number;
  windowMs: number;
  /** Wrong passwords that lock an account, counted by the directory from wherever they come; null: nobody knows. */
  threshold: number | null;
  /** For how long the directory itself counts one. */
  thereMs: number;
}

/** What a directory counts itself, of each entry (MS-ADA1 2.53, 2.54; draft-behera-ldap-password-policy §5.3.4). */
export const countedThere = ['badPwdCount', 'badPasswordTime', 'pwdFailureTime'];

interface Policy {
  /** Wrong passwords that lock an account; 0: none do; null: the directory does not tell. */
  threshold: number | null;
  windowMs: number;
  thereMs: number;
}

const minuteMs = 60_000;
const longestMs = 1_440 * minuteMs;
/** Where a directory does not say when it locks: below what most do. */
const unknown: Policy = { threshold: null, windowMs: 30 * minuteMs, thereMs: 30 * minuteMs };
/** Where it never locks: guessing is slow all the same. */
const withoutLock = 10;
const usual = 3;
/** So long a domain's policy is believed. */
const keptMs = 10 * minuteMs;

/**
 * Two fewer than lock, so that a slip elsewhere is none too many; of many no more than half for whoever it is, and the
 * rest for browsers that are known. Where two lock there is nothing to be left.
 */
export function belowLock(threshold: number): Pick<Allowance, 'guesses' | 'known'> {
  const known = Math.max(1, Math.min(withoutLock, threshold - 1));
  const fewer = Math.max(1, threshold - 2);
  return {
    guesses: Math.min(known, Math.max(Math.min(fewer, usual), Math.ceil(Math.min(fewer, withoutLock) / 2))),
    known,
  };
}

/** A password that is being tried. */
export interface Trying {
  /** How many of the entry were when it began, this one among them. */
  atOnce: number;
  /** How many that began no later are still, and are not counted in the database yet. */
  ahead: () => number;
  /** The unit of work that runs has counted it. */
  counted: () => void;
  done: () => void;
}

/** Asks domains for their lock-out policy, and remembers it for a while; one a process. */
export class LockoutPolicies {
  /** Passwords that are being tried at this moment, by the entry: the directory has not counted them yet. */
  readonly #trying = new Map<string, { isCounted: boolean }[]>();
  readonly #known = new Map<string, { policy: Policy; until: number }>();

  /** How many guesses a directory's people have: fewer than lock an account. */
  async allowance(client: LdapClient, directory: Directory): Promise<Allowance> {
    const { threshold, windowMs, thereMs } = await this.#policyOf(client, directory);
    if (threshold === 0) {
      return { guesses: withoutLock, known: 2 * withoutLock, windowMs, threshold: null, thereMs };
    }
    if (threshold === null) return { guesses: usual, known: usual + 1, windowMs, threshold, thereMs };
    return { ...belowLock(threshold), windowMs, threshold, thereMs };
  }

  /** Another password of this entry is being tried, until `done`. */
  trying(subject: string): Trying {
    const all = this.#trying.get(subject) ?? [];
    this.#trying.set(subject, all);
    const own = { isCounted: false };
    all.push(own);
    return {
      atOnce: all.length,
      ahead: () => all.slice(0, all.indexOf(own) + 1).filter(({ isCounted }) => !isCounted).length,
      counted: () => (own.isCounted = true),
      done: () => {
        const at = all.indexOf(own);
        if (at >= 0) all.splice(at, 1);
        if (all.length === 0 && this.#trying.get(subject) === all) this.#trying.delete(subject);
      },
    };
  }

  async #policyOf(client: LdapClient, directory: Directory): Promise<Policy> {
    const { id, kind, updatedAt } = directory;
    const key = `${id} ${updatedAt}`;
    const now = performance.now();
    const known = this.#known.get(key);
    if (known && known.until > now) return known.policy;
    const policy = isActiveDirectory(kind) ? await readPolicy(client) : await readStrictest(client, directory.baseDn);
    this.#known.set(key, { policy, until: now + keptMs });
    return policy;
  }
}

/** The policy of the domain (MS-ADTS 3.1.1.5: lockoutThreshold, lockOutObservationWindow in negative units of 100 ns). */
async function readPolicy(client: LdapClient): Promise<Policy> {
  const { defaultNamingContext } = await client.rootDse();
  const attributes = ['lockoutThreshold', 'lockOutObservationWindow'];
  const domain = defaultNamingContext === null ? null : await client.read(defaultNamingContext, attributes);
  const threshold = numberOf(domain, 'lockoutThreshold');
  const window = numberOf(domain, 'lockOutObservationWindow');
  const windowMs = window === null ? unknown.windowMs : Math.abs(window) / 10_000;
  const inBounds = Math.min(Math.max(windowMs, minuteMs), longestMs);
  return { threshold, windowMs: inBounds, thereMs: inBounds };
}

/**
 * The strictest password policy of an OpenLDAP directory (draft-behera-ldap-password-policy §5.2), as far as they may be
 * read: one for everybody, so that the number of guesses tells nothing of an entry.
 */
async function readStrictest(client: LdapClient, baseDn: string): Promise<Policy> {
  const { namingContexts } = await client.rootDse();
  const base = suffixOf(baseDn, namingContexts) ?? baseDn;
  const attributes = ['pwdLockout', 'pwdMaxFailure', 'pwdFailureCountInterval'];
  const found = await client
    .search({ base, filter: equals('objectClass', 'pwdPolicy'), attributes })
    .catch((error: unknown) => {
      if (refusalOf(error)) return [];
      throw error;
    });
  const locking = found.filter((entry) => entry.text('pwdLockout')?.toUpperCase() === 'TRUE');
  const thresholds = locking.map((entry) => numberOf(entry, 'pwdMaxFailure') ?? 0).filter((most) => most > 0);
  if (thresholds.length === 0) return unknown;
  // 0: counted until the right password.
  const thereMs = Math.max(
    ...locking.map((entry) => (numberOf(entry, 'pwdFailureCountInterval') ?? 0) * 1_000 || Infinity),
  );
  const windowMs = thereMs === Infinity ? unknown.windowMs : Math.min(Math.max(thereMs, minuteMs), longestMs);
  return { threshold: Math.min(...thresholds), windowMs, thereMs };
}

/** What an entry's own counter stands at, as far as it still counts, and until when. */
export function countedOf(
  entry: Entry,
  { thereMs, windowMs }: Pick<Allowance, 'thereMs' | 'windowMs'>,
): { wrong: number; leftMs: number } {
  const failures = entry.texts('pwdFailureTime').flatMap((text) => fromGeneralizedTime(text) ?? []);
  if (failures.length > 0) {
    const since = clock.now() - thereMs;
    return {
      wrong: failures.filter((at) => at > since).length,
      leftMs: Math.min(Math.max(...failures) - since, windowMs),
    };
  }
  const at = fromFileTime(entry.text('badPasswordTime'));
  const leftMs = at === null ? 0 : at + windowMs - clock.now();
  return { wrong: leftMs > 0 ? (numberOf(entry, 'badPwdCount') ?? 0) : 0, leftMs };
}

function numberOf(entry: Entry | null, name: string): number | null {
  const text = entry?.text(name) ?? null;
  return text !== null && /^-?\d{1,19}$/.test(text) ? Number(text) : null;
}
