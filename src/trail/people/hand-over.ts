import { later } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';

/**
 * Says whose the keys of these people are from now on, to be called in the unit that moves them: when their former
 * organisation is erased, its keys are, and theirs must not go with those.
 */
export async function handOverKeys(m: Writer, personIds: readonly string[], organisationId: string): Promise<void> {
  await later(
    m,
    sql`UPDATE "trail_person_keys" SET "organisationId" = ${organisationId}
        WHERE "personId" IN (${list(personIds)}) AND "erasedAt" IS NULL`,
  );
}
