import { rows } from '../platform/database/run.ts';
import { sql } from '../platform/database/sql.ts';
import { fold } from '../platform/text/fold.ts';
import type { Ground } from '../trail/ground.ts';

/** What a search without regard to case looks into: everything that has no key column of its own. */
export const searchKeyOf = (displayName: string | null, profile: object): string =>
  JSON.stringify({ ...profile, ...(displayName !== null && { displayName }) }, (_, value: unknown) =>
    typeof value === 'string' ? fold(value) : value,
  );

/** People that one turn deals with; the next ones wait for the next. */
const atOnce = 200;

interface Stale {
  id: string;
  displayName: string | null;
  profile: string;
  updatedAt: number | string;
}

/**
 * Writes the search keys of people whom a process of an older release has written, which knows nothing of them: while
 * nodes are exchanged one by one. Whoever is written meanwhile waits for the next turn.
 */
export async function refreshSearchKeys({ db }: Pick<Ground, 'db'>): Promise<void> {
  const stale = await rows<Stale>(
    db.read,
    sql`SELECT "id", "displayName", "profile", "updatedAt" FROM "users" WHERE "deletedAt" IS NULL
        AND ("searchKeyAt" IS NULL OR "searchKeyAt" <> "updatedAt") ORDER BY "id" LIMIT ${atOnce}`,
  );
  if (stale.length === 0) return;
  await db.write(async (m) => {
    for (const { id, displayName, profile, updatedAt } of stale) {
      const searchKey = searchKeyOf(displayName, JSON.parse(profile) as object);
      await rows(
        m,
        sql`UPDATE "users" SET "searchKey" = ${searchKey}, "searchKeyAt" = ${Number(updatedAt)}
            WHERE "id" = ${id} AND "updatedAt" = ${Number(updatedAt)}`,
      );
    }
  });
}
