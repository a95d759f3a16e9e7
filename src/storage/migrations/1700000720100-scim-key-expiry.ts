import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A directory's key can have an end; those that are there have none. */
export class ScimKeyExpiry1700000720100 implements MigrationInterface {
  name = 'ScimKeyExpiry1700000720100';

  async up(q: QueryRunner): Promise<void> {
    await q.query(`ALTER TABLE "scim_keys" ADD COLUMN "expiresAt" bigint`);
  }

  async down(q: QueryRunner): Promise<void> {
    // What has ended must not begin again for a release that knows no end.
    await q.query(
      `UPDATE "scim_keys" SET "revokedAt" = "expiresAt" WHERE "expiresAt" IS NOT NULL AND "revokedAt" IS NULL`,
    );
    await q.query(`ALTER TABLE "scim_keys" DROP COLUMN "expiresAt"`);
  }
}
