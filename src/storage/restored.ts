import type { QueryRunner } from 'typeorm';
import { nobodys } from '../accounts/accounts/nobodys.ts';
import { clock } from '../platform/clock/clock.ts';

/** Tables whose rows say under which epoch everything that hangs off them was born. */
const withEpoch = ['accounts', 'users', 'administrators'];

/**
 * Ends everything that was alive when a backup was made: a no that was said after that is not in it, and must not be
 * undone by restoring it. People sign in again, and are let in by what is true then.
 */
export async function endWhatWasAlive(runner: QueryRunner): Promise<void> {
  for (const table of withEpoch) {
    await runner.query(`UPDATE "${table}" SET "epoch" = "epoch" + 1, "version" = "version" + 1`);
  }
  // Why somebody was out before tells nothing of this; a backup of an older release does not have it.
  if (await runner.hasColumn('users', 'outBecause')) await runner.query(`UPDATE "users" SET "outBecause" = NULL`);
  // What was waiting to be sent has been sent since, and a link that was used would be good again.
  for (const table of ['mails', 'own_links', 'upstream_offers', 'upstream_attempts']) {
    if (await runner.hasTable(table)) await runner.query(`DELETE FROM "${table}"`);
  }
  // One that was revoked since would be open again; sending it once more makes it good.
  if (await runner.hasTable('invitations')) {
    await runner.query(
      `UPDATE "invitations" SET "tokenHash" = 'over ' || "id", "expiresAt" = ${clock.now()}
       WHERE "acceptedAt" IS NULL AND "revokedAt" IS NULL AND "expiresAt" > ${clock.now()}`,
    );
    await runner.query(
      `UPDATE "invitations" SET "tokenHash" = 'over ' || "id" WHERE "acceptedAt" IS NULL AND "revokedAt" IS NULL`,
    );
  }
  // Nobody's epoch ends a token of a program, and a backup of an older release has none.
  if (!(await runner.hasTable('oidc_artifacts'))) return;
  await runner.query(`DELETE FROM "oidc_artifacts" WHERE "userId" IS NULL AND "model" <> 'ReplayDetection'`);
}

/** Whether somebody has begun to use this database: every installation has an organisation, from its first start on. */
export async function isInUse(runner: QueryRunner, tables: readonly string[]): Promise<boolean> {
  if (!tables.includes('organisations')) return false;
  const found: unknown[] = await runner.query(
    `SELECT 1 FROM "organisations" WHERE "id" <> '${nobodys.organisationId}' LIMIT 1`,
  );
  return found.length > 0;
}
