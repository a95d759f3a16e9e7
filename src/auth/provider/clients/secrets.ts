import { timingSafeEqual } from 'node:crypto';
import { clock } from '../../../platform/clock/clock.ts';
import { hashToken, newToken } from '../../../platform/ids/ids.ts';
import type { OidcClient } from './client.entity.ts';

/** A hash that is good, and until when; null for as long as it is there. */
export interface GoodSecret {
  hash: string;
  until: number | null;
}

/** So that a leaked secret is recognised for what it is. */
const secretPrefix = 'carillon_client_';

/** A new secret, which is shown once and kept nowhere, and the hash that is kept. */
export function newSecret(): { secret: string; hash: string } {
  const secret = newToken(secretPrefix);
  return { secret, hash: hashToken(secret) };
}

/** The secrets of a client: two while it changes from one to the other. */
export function secretsOf(client: OidcClient): GoodSecret[] {
  const secrets: GoodSecret[] = [];
  if (client.secretHash !== null) secrets.push({ hash: client.secretHash, until: null });
  if (client.formerSecretHash !== null) {
    secrets.push({ hash: client.formerSecretHash, until: client.formerSecretUntil ?? 0 });
  }
  return secrets;
}

const nobodys: GoodSecret = { hash: hashToken(''), until: 0 };

/** Whether a secret is one of these, in a time that tells nothing of them. */
export function isSecret(secrets: readonly GoodSecret[], given: string): boolean {
  const hash = Buffer.from(hashToken(given));
  let same = false;
  // Every one is compared, whichever is right, and something also where there is none.
  for (const { hash: expected, until } of secrets.length > 0 ? secrets : [nobodys]) {
    const other = Buffer.from(expected);
    const matches = other.length === hash.length && timingSafeEqual(hash, other);
    same = (matches && (until === null || until > clock.now())) || same;
  }
  return same;
}
