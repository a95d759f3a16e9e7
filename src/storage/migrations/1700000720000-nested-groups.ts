import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Groups in groups are asked for by account, all at once: few, or none. */
export class NestedGroups1700000720000 implements MigrationInterface {
  name = 'NestedGroups1700000720000';

  async up(q: QueryRunner): Promise<void> {
    await q.query(
      `CREATE INDEX "ix_group_members_nested_account" ON "group_members" ("accountId", "groupId", "memberId") WHERE "memberType" = 'Group'`,
    );
    await q.query(`DROP INDEX "ix_group_members_nested"`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`DROP INDEX "ix_group_members_nested_account"`);
    await q.query(`CREATE INDEX "ix_group_members_nested" ON "group_members" ("groupId") WHERE "memberType" = 'Group'`);
  }
}
