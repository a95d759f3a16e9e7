import { clock } from '../../../platform/clock/clock.ts';
import { firstRow, rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { hashToken, newToken } from '../../../platform/ids/ids.ts';
import type { Administrator } from '../administrator.entity.ts';
import { KnownDeviceTable } from './guesses.entity.ts';

export const deviceDays = 180;
const mostDevices = 20;

/** What stands for a browser in counts: its token's hash, when it is known for that administrator; else null. */
export async function knownDevice(
  on: Reader,
  who: { organisation: string; name: string },
  token: string | undefined,
): Promise<string | null> {
  const tokenHash = hashToken(token ?? '');
  const found = await firstRow(
    on,
    sql`SELECT 1 AS "one" FROM "known_devices" d JOIN "administrators" a ON a."id" = d."administratorId"
        WHERE d."tokenHash" = ${tokenHash} AND d."expiresAt" > ${clock.now()}
        AND a."organisationId" = ${who.organisation} AND a."userNameKey" = ${who.name}`,
  );
  return found ? tokenHash : null;
}

/**
 * Knows a browser from now on, because its administrator has signed in. Its token is new each time, so that nobody can
 * plant one; what it was known for before, it stays known for.
 * @returns the new token, for the cookie
 */
export async function rememberDevice(
  m: Writer,
  { id: administratorId, organisationId }: Pick<Administrator, 'id' | 'organisationId'>,
  before: string | undefined,
): Promise<string> {
  const token = newToken();
  const tokenHash = hashToken(token);
  const now = clock.now();
  if (before !== undefined) {
    const old = hashToken(before);
    await m.delete(KnownDeviceTable, { administratorId, tokenHash: old });
    await m.update(KnownDeviceTable, { tokenHash: old }, { tokenHash });
  }
  const expiresAt = now + deviceDays * 86_400_000;
  await m.insert(KnownDeviceTable, { administratorId, tokenHash, organisationId, createdAt: now, expiresAt });
  const all = await m.find(KnownDeviceTable, { where: { administratorId }, order: { createdAt: 'DESC' } });
  for (const { tokenHash: oldest } of all.slice(mostDevices)) {
    await m.delete(KnownDeviceTable, { administratorId, tokenHash: oldest });
  }
  return token;
}

/** Forgets what nothing looks at any more: devices long unused, and counts whose window is over. */
export async function sweepGuesses(m: Writer): Promise<void> {
  const now = clock.now();
  await rows(m, sql`DELETE FROM "known_devices" WHERE "expiresAt" < ${now}`);
  await rows(m, sql`DELETE FROM "factor_guesses" WHERE "windowAt" < ${now - 2 * 86_400_000}`);
  await rows(m, sql`DELETE FROM "pending_sign_ins" WHERE "expiresAt" < ${now}`);
  await rows(m, sql`DELETE FROM "spent_challenges" WHERE "expiresAt" < ${now}`);
}
