import type { MigrationInterface, QueryRunner } from 'typeorm';
import { bigint, key, text } from './columns.ts';
import { createTables, dropTables } from './tables.ts';

const tables = {
  rate_counters: [key(text('counter', 64)), bigint('windowEnds'), bigint('taken')],
};

/** Guesses that are counted over several processes. */
export class RateCounters1700000947000 implements MigrationInterface {
  name = 'RateCounters1700000947000';

  async up(q: QueryRunner): Promise<void> {
    await createTables(q, tables, [], [`CREATE INDEX "ix_rate_counters_end" ON "rate_counters" ("windowEnds")`]);
  }

  async down(q: QueryRunner): Promise<void> {
    await dropTables(q, tables);
  }
}
