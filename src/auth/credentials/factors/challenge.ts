import { createHmac, randomBytes } from 'node:crypto';
import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Writer } from '../../../platform/database/unit.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import { sameSecret } from '../../../platform/secrets/compare.ts';
import { credentialErrors } from '../errors.ts';

const lifeMs = 10 * 60_000;

/** For what, and in which browser, an authenticator is asked; an answer counts there alone. */
export interface Asked {
  /** Such as `sign-in`, or `second:` with the id of a sign-in that is pending. */
  purpose: string;
  /** The browser's own random value. */
  browser: string;
}

const macOf = (key: Buffer, { purpose, browser }: Asked, body: string): string =>
  createHmac('sha256', key)
    .update(JSON.stringify([purpose, browser, body]))
    .digest('base64url');

/** A challenge (WebAuthn §13.4.3) that says by itself for what it was made and until when, so that none is stored. */
export function issueChallenge(key: Buffer, asked: Asked): string {
  const body = `${randomBytes(24).toString('base64url')}.${clock.now() + lifeMs}`;
  return Buffer.from(`${body}.${macOf(key, asked, body)}`).toString('base64url');
}

/** Until when a challenge of ours is good; null for one that is over, of another browser or for something else. */
export function challengeEnds(key: Buffer, asked: Asked, challenge: string): number | null {
  const [random = '', end = '', mac = ''] = Buffer.from(challenge, 'base64url').toString().split('.');
  const right = sameSecret(mac, macOf(key, asked, `${random}.${end}`));
  return right && Number(end) > clock.now() ? Number(end) : null;
}

/** Takes a challenge out of use, in the unit that believes its answer. @throws passkey.refused for one used before */
export async function spendChallenge(
  m: Writer,
  organisationId: string,
  challenge: string,
  expiresAt: number,
): Promise<void> {
  const spent = await changed(
    m,
    sql`INSERT INTO "spent_challenges" ("challengeHash", "organisationId", "expiresAt")
        VALUES (${hashToken(challenge)}, ${organisationId}, ${expiresAt})
        ON CONFLICT ("challengeHash") DO NOTHING RETURNING "challengeHash"`,
  );
  if (spent.length === 0) throw credentialErrors('passkey.refused', { detail: 'the challenge was answered before' });
}
