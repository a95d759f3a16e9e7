import { list, sql } from '../../../../platform/database/sql.ts';
import { rows } from '../../../../platform/database/run.ts';
import type { Writer } from '../../../../platform/database/unit.ts';

/**
 * Forgets what following a directory has learned, when it is disconnected: connected again, it begins anew, and knows
 * the people whom the account has kept by their addresses.
 */
export async function forgetDirectory(m: Writer, directoryId: string): Promise<void> {
  await rows(m, sql`DELETE FROM "directory_entries" WHERE "directoryId" = ${directoryId}`);
  await rows(m, sql`DELETE FROM "directory_held" WHERE "directoryId" = ${directoryId}`);
  await rows(m, sql`DELETE FROM "directory_absences" WHERE "directoryId" = ${directoryId}`);
  await rows(m, sql`DELETE FROM "directory_states" WHERE "directoryId" = ${directoryId}`);
  await rows(m, sql`DELETE FROM "directory_guesses" WHERE "directoryId" = ${directoryId}`);
}

/** People are erased: the directory's ids of them go too. */
export async function forgetEntriesOf(m: Writer, userIds: readonly string[]): Promise<void> {
  await rows(m, sql`DELETE FROM "directory_entries" WHERE "localId" IN (${list(userIds)})`);
}
