import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { secretsError } from './errors.ts';
import { boundedQueue } from './queue.ts';
import { isTooLong, normalisePassword } from './rules.ts';

/** OWASP's first choice for argon2id (the package's default algorithm); RFC 9106. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Of the pool's threads one is for those who are known, and one stays free: files and name look-ups run there too. */
const poolThreads = Number(process.env['UV_THREADPOOL_SIZE']) || 4;
const concurrency = Math.max(1, Math.min(availableParallelism(), poolThreads - 2));

const refuse = (): Error => secretsError('password.busy', { retryAfter: 2 });

/**
 * Two lanes: whoever is known already (a session, a browser that has signed in before) never waits behind a flood of
 * guesses, and cannot be shed by it.
 */
const lanes = {
  anyone: boundedQueue({ concurrency, maxWaiting: 64, refuse }),
  known: boundedQueue({ concurrency: 1, maxWaiting: 32, refuse }),
};

const unpadded = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');

/** A hash that no password has, for people who have none: to compare with it costs the same time. */
const nobody = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$${unpadded(16)}$${unpadded(32)}`;

/**
 * Hashes a password for keeping (a PHC string). Whether it may be chosen is the business of `checkPassword`.
 * @param lane `known` for whoever is in
 * @throws CarillonError password.tooLong; password.busy (with retryAfter) when too many wait
 */
export async function hashPassword(password: string, lane: keyof typeof lanes = 'anyone'): Promise<string> {
  if (isTooLong(password)) throw secretsError('password.tooLong', { field: 'password', values: { maximum: 256 } });
  return lanes[lane].run(() => hash(normalisePassword(password), cost));
}

/**
 * Whether a password is the one that was hashed.
 * @param lane `known` when the browser has shown already that it belongs here
 * @param stored null for somebody without a password, or nobody at all: false, after the same time
 * @throws CarillonError password.busy (with retryAfter) when too many wait
 */
export async function verifyPassword(
  stored: string | null,
  password: string,
  lane: keyof typeof lanes = 'anyone',
): Promise<boolean> {
  const possible = stored !== null && !isTooLong(password);
  const given = isTooLong(password) ? '' : normalisePassword(password);
  const same = await lanes[lane].run(() => verify(possible ? stored : nobody, given));
  return possible && same;
}
