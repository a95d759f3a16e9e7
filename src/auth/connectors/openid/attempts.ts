import { hash } from 'node:crypto';
import * as openid from 'openid-client';
import type { EntitySchema } from 'typeorm';
import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { hashToken, newToken } from '../../../platform/ids/ids.ts';
import { placeIn, type SealedColumn } from '../../../platform/secrets/sealed.ts';
import type { Ground } from '../../../trail/ground.ts';
import { tableOf } from '../../credentials/holders.ts';
import { authErrors } from '../../errors.ts';

/** A sign-in that has not come back by then must be begun again. */
const attemptMs = 600_000;

/** A sign-in that was sent elsewhere and has not come back: good once, for ten minutes, in one browser. */
export interface Attempt {
  /** SHA-256 of the state parameter. */
  stateHash: string;
  /** SHA-256 of the browser's cookie. */
  browserHash: string;
  nonce: string;
  /** Sealed (RFC 7636). */
  codeVerifier: string;
  redirectUri: string;
  /** A path of our own, to go to afterwards. */
  target: string;
  createdAt: number;
  expiresAt: number;
  usedAt: number | null;
}

/** What came back with the browser. */
export interface Callback {
  /** The address that was called, its query included, on our own public origin. */
  url: URL;
  browser: string | null;
}

/**
 * A fresh attempt, and the parameters by which its answer will be known (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect
 * Core §3.1.2.1).
 * @param place where its verifier is sealed to
 */
export function newAttempt(
  { seal }: Pick<Ground, 'seal'>,
  place: SealedColumn,
  { browser, redirectUri, target }: { browser: string; redirectUri: string; target: string },
): { row: Attempt; parameters: Record<string, string> } {
  const state = newToken();
  const nonce = newToken();
  const verifier = openid.randomPKCECodeVerifier();
  const stateHash = hashToken(state);
  const createdAt = clock.now();
  return {
    row: {
      stateHash,
      browserHash: hashToken(browser),
      nonce,
      codeVerifier: seal.seal(verifier, placeIn(place, stateHash)),
      redirectUri,
      target,
      createdAt,
      expiresAt: createdAt + attemptMs,
      usedAt: null,
    },
    parameters: {
      redirect_uri: redirectUri,
      state,
      nonce,
      code_challenge: hash('sha256', verifier, 'base64url'), // RFC 7636 §4.2
      code_challenge_method: 'S256',
    },
  };
}

/**
 * Uses an attempt up, whatever comes of it: a second callback with the same state finds nothing.
 * @param beside what else is asked in the same turn, by the attempt's `stateHash`
 * @throws signIn.stale
 */
export async function takeAttempt<T extends Attempt, B = null>(
  ground: Ground,
  table: EntitySchema<T>,
  { url, browser }: Callback,
  beside?: (on: Reader, stateHash: string) => Promise<B>,
): Promise<{ attempt: T; state: string; beside: B | null }> {
  const states = url.searchParams.getAll('state');
  const [state] = states;
  if (states.length !== 1 || !state || state.length > 256) {
    throw authErrors('signIn.stale', { field: 'state', detail: 'no single state' });
  }
  const stateHash = hashToken(state);
  const now = clock.now();
  // Of another browser: refused without using it up, or anyone who saw a state could spoil the sign-in.
  const [[attempt], found] = await ground.db.write((m) => {
    const taken = changed<T>(
      m,
      sql`UPDATE ${tableOf(table)} SET "usedAt" = ${now} WHERE "stateHash" = ${stateHash} AND "usedAt" IS NULL
          AND "expiresAt" > ${now} AND "browserHash" = ${hashToken(browser ?? '')}
          AND "redirectUri" = ${url.origin + url.pathname} RETURNING *`,
    );
    return Promise.all([taken, beside?.(m, stateHash) ?? null]);
  });
  if (!attempt) throw authErrors('signIn.stale', { field: 'state', detail: 'unknown, used, expired or foreign state' });
  return { attempt, state, beside: found };
}
