import { clock } from '../../../platform/clock/clock.ts';
import { changed } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { hashToken, newId, newToken } from '../../../platform/ids/ids.ts';
import { accessErrors } from '../../errors.ts';
import { type Administrator, AdministratorTable } from '../administrator.entity.ts';
import { type Factors, factorsOf } from '../factors/factors.ts';
import { type PendingSignIn, PendingSignInTable } from './pending.entity.ts';

export const pendingMinutes = 10;
const mostGuesses = 5;

export interface Pending {
  pending: PendingSignIn;
  administrator: Administrator;
  factors: Factors;
}

/** Notes that the password was right and nothing more. @returns the token for the cookie */
export async function beginPending(
  m: Writer,
  administrator: Pick<Administrator, 'id' | 'organisationId' | 'epoch'>,
  browser: string,
  target: string,
): Promise<string> {
  const token = newToken();
  const now = clock.now();
  await m.insert(PendingSignInTable, {
    id: newId(),
    organisationId: administrator.organisationId,
    administratorId: administrator.id,
    tokenHash: hashToken(token),
    browserHash: hashToken(browser),
    epoch: administrator.epoch,
    target: target.slice(0, 1024),
    guesses: 0,
    createdAt: now,
    expiresAt: now + pendingMinutes * 60_000,
  });
  return token;
}

/**
 * Whose sign-in awaits its second factor in this browser.
 * @throws signIn.begunElsewhere for one that is over, of another browser, or from before a no
 */
export async function readPending(on: Reader, token: string | undefined, browser: string): Promise<Pending> {
  const pending = token ? await on.findOneBy(PendingSignInTable, { tokenHash: hashToken(token) }) : null;
  const administrator = pending && (await on.findOneBy(AdministratorTable, { id: pending.administratorId }));
  const good =
    pending &&
    administrator?.passwordHash != null &&
    pending.expiresAt > clock.now() &&
    pending.browserHash === hashToken(browser) &&
    pending.epoch === administrator.epoch &&
    pending.guesses <= mostGuesses;
  if (!good) throw accessErrors('signIn.begunElsewhere');
  return { pending, administrator, factors: await factorsOf(on, administrator.id) };
}

/** Takes one of the few guesses that this sign-in has. @throws signIn.begunElsewhere */
export async function takePendingGuess(m: Writer, { id }: PendingSignIn): Promise<void> {
  const taken = await changed(
    m,
    sql`UPDATE "pending_sign_ins" SET "guesses" = "guesses" + 1
        WHERE "id" = ${id} AND "guesses" < ${mostGuesses} RETURNING "id"`,
  );
  if (taken.length === 0) throw accessErrors('signIn.begunElsewhere');
}

/** Ends it, in the unit that lets its administrator in. @throws signIn.begunElsewhere when another was first */
export async function endPending(m: Writer, { id }: PendingSignIn): Promise<void> {
  const ended = await changed(m, sql`DELETE FROM "pending_sign_ins" WHERE "id" = ${id} RETURNING "id"`);
  if (ended.length === 0) throw accessErrors('signIn.begunElsewhere');
}
