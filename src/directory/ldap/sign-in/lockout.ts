import { clock } from '../../../platform/clock/clock.ts';
import type { LdapClient } from '../client/client.ts';
import type { Entry } from '../client/entry.ts';
import type { Directory } from '../directory.entity.ts';
import { isActiveDirectory } from '../kinds.ts';
import { fromFileTime } from '../sync/reading/times.ts';

/** How many wrong passwords of one entry may reach the directory in a time. */
export interface Allowance {
  guesses: number;
  windowMs: number;
  /** Wrong passwords that lock an account, counted by the directory from wherever they come; null: nobody knows. */
  threshold: number | null;
}

/** What the directory counts itself, of each entry (MS-ADA1 2.53, 2.54). */
export const countedThere = ['badPwdCount', 'badPasswordTime'];

interface Policy {
  /** Wrong passwords that lock an account; 0: none do; null: the directory does not tell. */
  threshold: number | null;
  windowMs: number;
}

const minuteMs = 60_000;
/** Where a directory does not say when it locks: below what most do. */
const unknown: Policy = { threshold: null, windowMs: 30 * minuteMs };
/** Where it never locks: guessing is slow all the same. */
const withoutLock = 10;
const usual = 3;
/** So long a domain's policy is believed. */
const keptMs = 10 * minuteMs;

/** Asks domains for their lock-out policy, and remembers it for a while; one a process. */
export class LockoutPolicies {
  /** Passwords that are being tried at this moment, by the entry: the directory has not counted them yet. */
  readonly #trying = new Map<string, number>();
  readonly #known = new Map<string, { policy: Policy; until: number }>();

  /** How many guesses a directory's people have: two fewer than lock an account, so that a slip elsewhere is none too many. */
  async allowance(client: LdapClient, directory: Directory): Promise<Allowance> {
    const { threshold, windowMs } = await this.#policyOf(client, directory);
    if (threshold === 0) return { guesses: withoutLock, windowMs, threshold: null };
    if (threshold === null) return { guesses: usual, windowMs, threshold };
    return { guesses: Math.min(withoutLock, Math.max(1, threshold - 2)), windowMs, threshold };
  }

  /** @returns how many passwords of this entry are being tried, this one among them; and what ends it */
  trying(subject: string): { atOnce: number; done: () => void } {
    const atOnce = (this.#trying.get(subject) ?? 0) + 1;
    this.#trying.set(subject, atOnce);
    return {
      atOnce,
      done: () => {
        const left = (this.#trying.get(subject) ?? 1) - 1;
        if (left > 0) this.#trying.set(subject, left);
        else this.#trying.delete(subject);
      },
    };
  }

  async #policyOf(client: LdapClient, directory: Directory): Promise<Policy> {
    const { id, kind, updatedAt } = directory;
    const key = `${id} ${updatedAt}`;
    const now = performance.now();
    const known = this.#known.get(key);
    if (known && known.until > now) return known.policy;
    const policy = isActiveDirectory(kind) ? await readPolicy(client) : unknown;
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
  return { threshold, windowMs: Math.min(Math.max(windowMs, minuteMs), 1_440 * minuteMs) };
}

/** What an entry's own counter stands at, as far as it still counts, and until when. */
export function countedOf(entry: Entry, windowMs: number): { wrong: number; leftMs: number } {
  const at = fromFileTime(entry.text('badPasswordTime'));
  const leftMs = at === null ? 0 : at + windowMs - clock.now();
  return { wrong: leftMs > 0 ? (numberOf(entry, 'badPwdCount') ?? 0) : 0, leftMs };
}

function numberOf(entry: Entry | null, name: string): number | null {
  const text = entry?.text(name) ?? null;
  return text !== null && /^-?\d{1,19}$/.test(text) ? Number(text) : null;
}
