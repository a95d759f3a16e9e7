import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Applications that speak Login with Amazon; those that are there speak OpenID Connect. */
export class AmazonClients1700000900000 implements MigrationInterface {
  name = 'AmazonClients1700000900000';

  async up(q: QueryRunner): Promise<void> {
    // With defaults, because the release before knows neither and goes on registering beside this one.
    await q.query(`ALTER TABLE "oidc_clients" ADD COLUMN "protocol" varchar(8) NOT NULL DEFAULT 'openid'`);
    await q.query(`ALTER TABLE "oidc_clients" ADD COLUMN "queryTokens" boolean NOT NULL DEFAULT FALSE`);
  }

  async down(q: QueryRunner): Promise<void> {
    // They would become applications that speak another protocol, with the same secrets.
    await q.query(`DELETE FROM "oidc_clients" WHERE "protocol" <> 'openid'`);
    await q.query(`ALTER TABLE "oidc_clients" DROP COLUMN "queryTokens"`);
    await q.query(`ALTER TABLE "oidc_clients" DROP COLUMN "protocol"`);
  }
}
