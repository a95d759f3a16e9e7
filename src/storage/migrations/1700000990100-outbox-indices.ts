import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One index leads to what is not done yet, which is little: it is read whole. What is done long enough is found by its id. Each
 * event is written three times, and was in six indexes.
 */
export class OutboxIndices1700000990100 implements MigrationInterface {
  name = 'OutboxIndices1700000990100';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`DROP INDEX "ix_outbox_due"`);
    await q.query(`DROP INDEX "ix_outbox_done"`);
    // There `ix_outbox_order` has the same subjects, in the order that counts between processes.
    if (q.connection.options.type === 'postgres') await q.query(`DROP INDEX "ix_outbox_subject"`);
  }

  async down(q: QueryRunner): Promise<void> {
    if (q.connection.options.type === 'postgres') {
      await q.query(`CREATE INDEX "ix_outbox_subject" ON "outbox" ("subject", "id") WHERE "state" <> 'done'`);
    }
    await q.query(`CREATE INDEX "ix_outbox_done" ON "outbox" ("createdAt") WHERE "state" = 'done'`);
    await q.query(`CREATE INDEX "ix_outbox_due" ON "outbox" ("notBefore", "createdAt") WHERE "state" <> 'done'`);
  }
}
