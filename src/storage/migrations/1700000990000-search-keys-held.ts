import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People that one statement writes. */
const atOnce = 200;
const stale = `"deletedAt" IS NULL AND ("searchKeyAt" IS NULL OR "searchKeyAt" <> "updatedAt")`;

interface Person {
  id: string;
  displayName: string | null;
  profile: string;
}

/** As `src/platform/text` folds at this release. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase().normalize('NFKC');

function searchKeyOf({ displayName, profile }: Person): string {
  const whole = { ...(JSON.parse(profile) as object), ...(displayName !== null && { displayName }) };
  return JSON.stringify(whole, (_, value: unknown) => (typeof value === 'string' ? folded(value) : value));
}

/**
 * Every release that may still run beside this one writes search keys: what older ones have left is written here, and the index
 * that found it goes. It had the time of the last change in it, so that no change of a person could stay in its page.
 */
export class SearchKeysHeld1700000990000 implements MigrationInterface {
  name = 'SearchKeysHeld1700000990000';

  async up(q: QueryRunner): Promise<void> {
    const after = isPostgres(q) ? '$1' : '?';
    for (let last = ''; ;) {
      const people = (await q.query(
        `SELECT "id", "displayName", "profile" FROM "users" WHERE ${stale} AND "id" > ${after} ORDER BY "id" LIMIT ${atOnce}`,
        [last],
      )) as Person[];
      if (people.length === 0) break;
      await write(q, people);
      last = people.at(-1)!.id;
    }
    await q.query(`DROP INDEX "ix_users_search_key"`);
    // A page keeps room for a row that changes, which then needs no new index entries.
    if (isPostgres(q)) await q.query(`ALTER TABLE "users" SET (fillfactor = 85)`);
  }

  async down(q: QueryRunner): Promise<void> {
    if (isPostgres(q)) await q.query(`ALTER TABLE "users" RESET (fillfactor)`);
    await q.query(`UPDATE "users" SET "searchKeyAt" = "updatedAt" WHERE ${stale} AND "searchKey" IS NOT NULL`);
    await q.query(`CREATE INDEX "ix_users_search_key" ON "users" ("id") WHERE ${stale}`);
  }
}

const isPostgres = (q: QueryRunner): boolean => q.connection.options.type === 'postgres';

/** Both engines name the columns of VALUES `column1` and `column2`. */
async function write(q: QueryRunner, people: readonly Person[]): Promise<void> {
  const values = people.map((_, i) => (isPostgres(q) ? `($${2 * i + 1}::text, $${2 * i + 2}::text)` : '(?, ?)'));
  await q.query(
    `UPDATE "users" SET "searchKey" = v.column2, "searchKeyAt" = "updatedAt" FROM (VALUES ${values.join(', ')}) AS v
     WHERE "users"."id" = v.column1`,
    people.flatMap((person) => [person.id, searchKeyOf(person)]),
  );
}
