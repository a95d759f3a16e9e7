import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People that one statement writes. */
const atOnce = 200;

interface Person {
  id: string;
  displayName: string | null;
  profile: string;
}

/** As `src/platform/text` folds at this release; what it becomes later is a later migration's. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase().normalize('NFKC');

function searchKeyOf({ displayName, profile }: Person): string {
  const whole = { ...(JSON.parse(profile) as object), ...(displayName !== null && { displayName }) };
  return JSON.stringify(whole, (_, value: unknown) => (typeof value === 'string' ? folded(value) : value));
}

/** What filters and sorting ask of people, and the index that pages of a connection's people are read and counted by. */
export class ScimReading1700000700000 implements MigrationInterface {
  name = 'ScimReading1700000700000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE "users" ADD COLUMN "searchKey" text`);
    await q.query(`ALTER TABLE "users" ADD COLUMN "searchKeyAt" bigint`);
    const after = isPostgres(q) ? '$1' : '?';
    for (let last = ''; ;) {
      const people = (await q.query(
        `SELECT "id", "displayName", "profile" FROM "users" WHERE "id" > ${after} ORDER BY "id" LIMIT ${atOnce}`,
        [last],
      )) as Person[];
      if (people.length === 0) break;
      await write(q, people);
      last = people.at(-1)!.id;
    }
    await q.query(`DROP INDEX "ix_users_connection"`);
    await q.query(`CREATE INDEX "ix_users_connection" ON "users" ("connectionId", "id") WHERE "deletedAt" IS NULL`);
    await q.query(
      `CREATE INDEX "ix_users_search_key" ON "users" ("id")
       WHERE "deletedAt" IS NULL AND ("searchKeyAt" IS NULL OR "searchKeyAt" <> "updatedAt")`,
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP INDEX "ix_users_search_key"`);
    await q.query(`DROP INDEX "ix_users_connection"`);
    await q.query(`CREATE INDEX "ix_users_connection" ON "users" ("connectionId", "id")`);
    await q.query(`ALTER TABLE "users" DROP COLUMN "searchKeyAt"`);
    await q.query(`ALTER TABLE "users" DROP COLUMN "searchKey"`);
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
