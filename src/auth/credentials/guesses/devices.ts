import { clock } from '../../../platform/clock/clock.ts';
import { firstRow, later, rows } from '../../../platform/database/run.ts';
import { Sql, sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { hashToken, newToken } from '../../../platform/ids/ids.ts';
import { SpentChallengeTable } from '../factors/factors.entity.ts';
import { type Holder, holderColumn, type HolderKind, tableOf, type Whose } from '../holders.ts';
import { pendingTables } from '../signing-in/pending.entity.ts';
import { factorGuessesTables, knownDeviceTables } from './guesses.entity.ts';

export const deviceDays = 180;
/** In the statement's text: a limit that is a parameter SQLite looks at anew at each run. */
const mostDevices = new Sql(['20'], []);

/**
 * What stands for a browser in counts: its token's hash, when it is known for that holder; else null.
 * @param whose the holder's id, or a query that gives it: names that nobody has then cost the same
 */
export async function knownDevice(
  on: Reader,
  kind: HolderKind,
  whose: string | Sql,
  token: string | undefined,
): Promise<string | null> {
  const tokenHash = hashToken(token ?? '');
  const found = await firstRow(on, knownAs(kind, whose, tokenHash));
  return found ? tokenHash : null;
}

/** `knownDevice` as a condition. */
export const isKnownDevice = (kind: HolderKind, whose: Sql, token: string): Sql =>
  sql`EXISTS (${knownAs(kind, whose, hashToken(token))})`;

/** For whom a browser is known, as a query whose column is `holderId`. */
export const holdersKnown = (kind: HolderKind, token: string | undefined): Sql =>
  sql`SELECT ${holderColumn(kind)} AS "holderId" FROM ${tableOf(knownDeviceTables[kind])}
      WHERE "tokenHash" = ${hashToken(token ?? '')} AND "expiresAt" > ${clock.now()}`;

const knownAs = (kind: HolderKind, whose: string | Sql, tokenHash: string): Sql =>
  sql`SELECT 1 AS "one" FROM ${tableOf(knownDeviceTables[kind])}
      WHERE "tokenHash" = ${tokenHash} AND "expiresAt" > ${clock.now()} AND ${holderColumn(kind)} IN (${whose})`;

/**
 * Knows a browser from now on, because its holder has signed in. Its token is new each time, so that nobody can plant
 * one; what it was known for before, it stays known for.
 * @returns the new token, for the cookie
 */
export async function rememberDevice(
  m: Writer,
  { kind, id: holderId, organisationId }: Pick<Holder, 'kind' | 'id' | 'organisationId'>,
  before: string | undefined,
): Promise<string> {
  const [table, holder] = [tableOf(knownDeviceTables[kind]), holderColumn(kind)];
  const token = newToken();
  const tokenHash = hashToken(token);
  const now = clock.now();
  if (before !== undefined) {
    const old = hashToken(before);
    await later(m, sql`DELETE FROM ${table} WHERE ${holder} = ${holderId} AND "tokenHash" = ${old}`);
    await later(m, sql`UPDATE ${table} SET "tokenHash" = ${tokenHash} WHERE "tokenHash" = ${old}`);
  }
  const expiresAt = now + deviceDays * 86_400_000;
  await later(
    m,
    sql`INSERT INTO ${table} (${holder}, "tokenHash", "organisationId", "createdAt", "expiresAt")
        VALUES (${holderId}, ${tokenHash}, ${organisationId}, ${now}, ${expiresAt})`,
  );
  await later(
    m,
    sql`DELETE FROM ${table} WHERE ${holder} = ${holderId} AND "tokenHash" NOT IN (
          SELECT "tokenHash" FROM ${table} WHERE ${holder} = ${holderId} ORDER BY "createdAt" DESC LIMIT ${mostDevices})`,
  );
  return token;
}

/**
 * Forgets the browsers that were known for a holder, who may have them no more.
 * @param but the token of the one that stays known
 */
export async function forgetDevices(m: Writer, { kind, id }: Whose, but?: string): Promise<void> {
  await rows(
    m,
    sql`DELETE FROM ${tableOf(knownDeviceTables[kind])}
        WHERE ${holderColumn(kind)} = ${id} AND "tokenHash" <> ${but === undefined ? '' : hashToken(but)}`,
  );
}

/** Forgets what nothing looks at any more: devices long unused, counts whose window is over, sign-ins never finished. */
export async function sweepGuesses(m: Writer): Promise<void> {
  const now = clock.now();
  const twoDays = 2 * 86_400_000;
  for (const table of Object.values(knownDeviceTables))
    await rows(m, sql`DELETE FROM ${tableOf(table)} WHERE "expiresAt" < ${now}`);
  for (const table of Object.values(factorGuessesTables))
    await rows(m, sql`DELETE FROM ${tableOf(table)} WHERE "windowAt" < ${now - twoDays}`);
  for (const table of Object.values(pendingTables))
    await rows(m, sql`DELETE FROM ${tableOf(table)} WHERE "expiresAt" < ${now}`);
  await rows(m, sql`DELETE FROM ${tableOf(SpentChallengeTable)} WHERE "expiresAt" < ${now}`);
}
