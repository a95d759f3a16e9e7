import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The columns that this release adds, all empty for what is there: [table, column]. */
const columns = [
  ['accounts', 'deletedAt'],
  ['accounts', 'eraseAfter'],
  ['organisations', 'deletedAt'],
  ['organisations', 'eraseAfter'],
  ['domains', 'lostAt'],
  ['users', 'releasedAt'],
  ['suspension_keys', 'everywhereSince'],
] as const;

/** Names and addresses are of one person at a time; whoever was released leaves theirs to the next. */
const uniqueIndices = [
  ['ux_users_user_name', `"users" ("accountId", "userNameKey")`],
  ['ux_users_address', `"users" ("accountId", "primaryAddressKey")`],
] as const;

/** What removing a domain, deleting an account and deleting an organisation leave behind until it is erased. */
export class Consequences1700000600000 implements MigrationInterface {
  name = 'Consequences1700000600000';

  async up(q: QueryRunner): Promise<void> {
    for (const [table, column] of columns) await q.query(`ALTER TABLE "${table}" ADD COLUMN "${column}" bigint`);
    for (const [name, on] of uniqueIndices) {
      await q.query(`DROP INDEX "${name}"`);
      await q.query(`CREATE UNIQUE INDEX "${name}" ON ${on} WHERE "deletedAt" IS NULL AND "releasedAt" IS NULL`);
    }
    await q.query(`CREATE INDEX "ix_users_deleted" ON "users" ("deletedAt") WHERE "deletedAt" IS NOT NULL`);
    await q.query(`CREATE INDEX "ix_suspension_keys_key" ON "suspension_keys" ("key")`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP INDEX "ix_suspension_keys_key"`);
    await q.query(`DROP INDEX "ix_users_deleted"`);
    // The released would stand in the way of their successors' names, and nobody could tell them apart any more.
    await q.query(`DELETE FROM "users" WHERE "releasedAt" IS NOT NULL`);
    for (const [name, on] of uniqueIndices) {
      await q.query(`DROP INDEX "${name}"`);
      await q.query(`CREATE UNIQUE INDEX "${name}" ON ${on} WHERE "deletedAt" IS NULL`);
    }
    for (const [table, column] of columns) await q.query(`ALTER TABLE "${table}" DROP COLUMN "${column}"`);
  }
}
