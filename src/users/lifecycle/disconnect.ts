import { holdsDomains } from '../../accounts/domains/domains.ts';
import { becomeType } from '../../accounts/accounts/accounts.ts';
import { markAccountChanged } from '../../accounts/accounts/changed.ts';
import type { AccountType } from '../../accounts/accounts/types.ts';
import { clock } from '../../platform/clock/clock.ts';
import { rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { grantedGroups, withoutRight } from '../entitlement/granted.ts';
import { putOutWithoutRight, type Scope } from './out.ts';

/**
 * Turns an account back to its kind without a directory, before the directory's groups go: everybody who may be in
 * stays in, with the tier that they have, assigned by hand from now on. Everybody who may not is suspended in the name
 * of `by`, so that an administrator can lift it: the directory that could have is gone. Nobody is put out.
 * @returns the kind of account that is left
 */
export async function keepWithoutDirectory(ground: Ground, m: Writer, scope: Scope, by: string): Promise<AccountType> {
  const { accountId } = scope;
  await suspendWithoutRight(m, accountId, by);
  await keepTiers(m, accountId);
  await rows(m, sql`DELETE FROM "tier_mappings" WHERE "accountId" = ${accountId}`);
  const type = (await holdsDomains(m, accountId)) ? 'EnterpriseLWA' : 'Team';
  await becomeType(m, accountId, type);
  await markAccountChanged(ground, m, accountId);
  await putOutWithoutRight(ground, m, scope, 'administrator');
  return type;
}

/** As set statements: the administrator's no, the names that it bars, and no directory's no that none could lift. */
async function suspendWithoutRight(m: Writer, accountId: string, by: string): Promise<void> {
  const now = clock.now();
  const said = sql`CAST(${now} AS bigint), CAST(${by} AS varchar(128))`;
  await rows(
    m,
    sql`WITH ${await grantedGroups(m, accountId)}
        INSERT INTO "user_causes" ("userId", "cause", "since", "setBy")
        SELECT u."id", 'administrator', ${said} FROM "users" u JOIN "accounts" a ON a."id" = u."accountId"
        WHERE u."accountId" = ${accountId} AND u."deletedAt" IS NULL AND u."releasedAt" IS NULL AND ${withoutRight}
        ON CONFLICT DO NOTHING`,
  );
  const suspended = sql`"users" u WHERE u."accountId" = ${accountId} AND u."deletedAt" IS NULL AND EXISTS (
    SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id" AND c."cause" = 'administrator')`;
  for (const [kind, column] of [
    ['userName', sql`u."userNameKey"`],
    ['address', sql`u."primaryAddressKey"`],
    ['externalId', sql`u."externalId"`],
  ] as const) {
    await rows(
      m,
      sql`INSERT INTO "suspension_keys" ("accountId", "kind", "key", "originId", "since", "setBy")
          SELECT u."accountId", CAST(${kind} AS varchar(12)), ${column}, u."id", ${said} FROM ${suspended}
          AND ${column} IS NOT NULL ON CONFLICT DO NOTHING`,
    );
  }
  await rows(
    m,
    sql`DELETE FROM "user_causes" WHERE "cause" = 'directory' AND "userId" IN (SELECT u."id" FROM ${suspended})`,
  );
}

/** Whom another directory would name is no longer told by the ids that this one gave. */
async function keepTiers(m: Writer, accountId: string): Promise<void> {
  await rows(
    m,
    sql`WITH ${await grantedGroups(m, accountId, { tier: 'Pro' })}
        UPDATE "users" SET "externalId" = NULL, "version" = "version" + 1,
          "licence" = CASE WHEN "id" IN (SELECT m."memberId" FROM "group_members" m JOIN "granted" g
              ON g."groupId" = m."groupId" WHERE m."memberType" = 'User')
            THEN 'Pro' ELSE 'Basic' END
        WHERE "accountId" = ${accountId} AND "deletedAt" IS NULL AND "releasedAt" IS NULL`,
  );
}
