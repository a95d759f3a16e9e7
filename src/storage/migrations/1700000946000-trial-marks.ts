import type { MigrationInterface, QueryRunner } from 'typeorm';
import { bigint, key, optional, text } from './columns.ts';
import { createTables, dropTables } from './tables.ts';

const tables = {
  trial_marks: [key(text('mark', 64)), optional(bigint('startedAt')), bigint('endsAt'), bigint('markedAt')],
};

/** That somebody has had a trial, once they are erased. */
export class TrialMarks1700000946000 implements MigrationInterface {
  name = 'TrialMarks1700000946000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, [], [`CREATE INDEX "ix_trial_marks_age" ON "trial_marks" ("markedAt")`]);
  }

  async down(q: QueryRunner): Promise<void> {
    await dropTables(q, tables);
  }
}
