import { clock } from '../../platform/clock/clock.ts';
import { rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../ground.ts';

/**
 * Destroys a person's key, to be called in the unit that erases them: every record about them and by them shows
 * "(erased)" from then on, those that are still to come too, and the trail verifies as before.
 */
export async function erasePerson({ trail }: Pick<Ground, 'trail'>, m: Writer, personId: string): Promise<void> {
  const now = clock.now();
  // The row stays, without a key: whoever writes late must not make the person a new one.
  await rows(
    m,
    sql`INSERT INTO "trail_person_keys" ("personId", "createdAt", "erasedAt") VALUES (${personId}, ${now}, ${now})
        ON CONFLICT ("personId") DO UPDATE SET "sealedKey" = NULL, "erasedAt" = ${now}`,
  );
  trail.people.forget(personId);
}

/**
 * Destroys every key of an organisation, to be called in the unit that erases it: those of its administrators, and of
 * people nobody knew, outlive whoever they are of.
 */
export async function eraseKeysOf(m: Writer, organisationId: string): Promise<void> {
  await rows(
    m,
    sql`UPDATE "trail_person_keys" SET "sealedKey" = NULL, "erasedAt" = ${clock.now()}
        WHERE "organisationId" = ${organisationId} AND "erasedAt" IS NULL`,
  );
}

/** Destroys the keys whose time is over: client addresses and names in refusals of people whom nobody knew. */
export async function eraseExpired(m: Writer): Promise<void> {
  const now = clock.now();
  await rows(
    m,
    sql`UPDATE "trail_person_keys" SET "sealedKey" = NULL, "erasedAt" = ${now}
        WHERE "expiresAt" < ${now} AND "erasedAt" IS NULL`,
  );
}
