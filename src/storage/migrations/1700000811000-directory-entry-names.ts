import type { MigrationInterface, QueryRunner } from 'typeorm';

const columns = [
  ['label', 'varchar(320)'],
  ['domain', 'varchar(255)'],
] as const;

/** Entries that became no person are named to the administrator, with the domain that is missing. */
export class DirectoryEntryNames1700000811000 implements MigrationInterface {
  name = 'DirectoryEntryNames1700000811000';

  async up(q: QueryRunner): Promise<void> {
    for (const [name, type] of columns) await q.query(`ALTER TABLE "directory_entries" ADD COLUMN "${name}" ${type}`);
  }

  async down(q: QueryRunner): Promise<void> {
    for (const [name] of columns) await q.query(`ALTER TABLE "directory_entries" DROP COLUMN "${name}"`);
  }
}
