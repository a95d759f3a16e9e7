import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { hashToken, newId, newToken } from '../../../platform/ids/ids.ts';
import { credentialErrors } from '../errors.ts';
import { type HolderKind, tableOf } from '../holders.ts';
import { type PendingSignIn, pendingTables } from './pending.entity.ts';

export const pendingMinutes = 10;
const mostGuesses = 5;

/** For whom, in which browser, a sign-in is begun, and where it goes on to. */
export type Begun = Pick<PendingSignIn, 'holderId' | 'organisationId' | 'epoch' | 'target'> & { browser: string };

/** The row of a sign-in that begins now, for the table of its kind; and the token for the cookie, which is kept nowhere. */
export function newPending({ browser, target, ...whose }: Begun): { row: PendingSignIn; token: string } {
  const token = newToken();
  const now = clock.now();
  const row = {
    ...whose,
    id: newId(),
    tokenHash: hashToken(token),
    browserHash: hashToken(browser),
    target: target.slice(0, 1024),
    guesses: 0,
    createdAt: now,
    expiresAt: now + pendingMinutes * 60_000,
  };
  return { row, token };
}

/**
 * The sign-in that awaits its second factor in this browser, whoever's it is.
 * @returns null for one that is over, of another browser, or out of guesses
 */
export async function findPending(
  on: Reader,
  kind: HolderKind,
  token: string | undefined,
  browser: string,
): Promise<PendingSignIn | null> {
  const pending = token ? await on.findOneBy(pendingTables[kind], { tokenHash: hashToken(token) }) : null;
  const good =
    pending &&
    pending.expiresAt > clock.now() &&
    pending.browserHash === hashToken(browser) &&
    pending.guesses <= mostGuesses;
  return good ? pending : null;
}

/** Takes one of the few guesses that this sign-in has. @throws signIn.begunElsewhere */
export async function takePendingGuess(m: Writer, kind: HolderKind, { id }: PendingSignIn): Promise<void> {
  const taken = await changed(
    m,
    sql`UPDATE ${tableOf(pendingTables[kind])} SET "guesses" = "guesses" + 1
        WHERE "id" = ${id} AND "guesses" < ${mostGuesses} RETURNING "id"`,
  );
  if (taken.length === 0) throw credentialErrors('signIn.begunElsewhere');
}

/** Ends it, in the unit that lets its holder in. @throws signIn.begunElsewhere when another was first */
export async function endPending(m: Writer, kind: HolderKind, { id }: PendingSignIn): Promise<void> {
  const ended = await changed(m, sql`DELETE FROM ${tableOf(pendingTables[kind])} WHERE "id" = ${id} RETURNING "id"`);
  if (ended.length === 0) throw credentialErrors('signIn.begunElsewhere');
}
