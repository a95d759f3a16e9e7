import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A no can have a reason, and whoever is out one that is known at once; those that are there have none. */
export class WhyOut1700000945000 implements MigrationInterface {
  name = 'WhyOut1700000945000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE "user_causes" ADD COLUMN "reason" varchar(500)`);
    await q.query(`ALTER TABLE "users" ADD COLUMN "outBecause" varchar(24)`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE "users" DROP COLUMN "outBecause"`);
    await q.query(`ALTER TABLE "user_causes" DROP COLUMN "reason"`);
  }
}
