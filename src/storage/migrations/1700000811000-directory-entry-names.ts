import type { MigrationInterface, QueryRunner } from 'typeorm';

const columns = [
  ['label', 'varchar(320)'],
  ['domain', 'varchar(255)'],
] as const;

/** What each poll asks for would else be looked for among all entries of the directory. */
const indices = [
  ['ix_directory_entries_due', `("directoryId", "expiresAt") WHERE "expiresAt" IS NOT NULL`],
  ['ix_directory_entries_groups', `("directoryId") WHERE "kind" = 'group'`],
  ['ix_directory_entries_problems', `("directoryId") WHERE "problem" IS NOT NULL`],
] as const;

/** Entries that became no person are named to the administrator, with the domain that is missing. */
export class DirectoryEntryNames1700000811000 implements MigrationInterface {
  name = 'DirectoryEntryNames1700000811000';

  async up(q: QueryRunner): Promise<void> {
    for (const [name, type] of columns) await q.query(`ALTER TABLE "directory_entries" ADD COLUMN "${name}" ${type}`);
    for (const [name, on] of indices) await q.query(`CREATE INDEX "${name}" ON "directory_entries" ${on}`);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const [name] of indices) await q.query(`DROP INDEX "${name}"`);
    for (const [name] of columns) await q.query(`ALTER TABLE "directory_entries" DROP COLUMN "${name}"`);
  }
}
