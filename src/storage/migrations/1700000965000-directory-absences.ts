import type { MigrationInterface, QueryRunner, TableColumnOptions } from 'typeorm';
import { bigint, flag, id, key } from './columns.ts';
import { createTables, dropTables, type Reference } from './tables.ts';

const tables: Record<string, TableColumnOptions[]> = {
  directory_absences: [
    key(id('directoryId')),
    key(id('userId')),
    id('organisationId'),
    id('accountId'),
    bigint('wentAt'),
    flag('hadTier'),
  ],
};

const references: Reference[] = [['directory_absences', 'userId', 'users']];
const indices = [`CREATE INDEX "ix_directory_absences_user" ON "directory_absences" ("userId")`];

/** Who went lately because a directory did not return them: with them the guard counts those who are missing next. */
export class DirectoryAbsences1700000965000 implements MigrationInterface {
  name = 'DirectoryAbsences1700000965000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, references, indices);
  }

  async down(q: QueryRunner): Promise<void> {
    await dropTables(q, tables);
  }
}
