import { becomeType, requireAccount } from '../../accounts/accounts/accounts.ts';
import { markAccountChanged } from '../../accounts/accounts/changed.ts';
import { type Domain, DomainTable } from '../../accounts/domains/domain.entity.ts';
import { holdsDomains, isRemoved } from '../../accounts/domains/domains.ts';
import { clock } from '../../platform/clock/clock.ts';
import { chunks } from '../../platform/database/chunks.ts';
import { rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Handler } from '../../platform/outbox/consumer.ts';
import type { Ground } from '../../trail/ground.ts';
import { touchGroupsOf } from '../entitlement/touch-groups.ts';

/** A domain was removed, and there are people left who stood on it: more than one unit should hold others up for. */
export const domainRemovedTopic = 'domain.removed';
/** People that one unit deals with. */
const atOnce = 2_000;

/**
 * Deals with people of a removed domain, who have no right by it any more: they are released, or their profiles deleted.
 * The epoch goes up for everybody, so that a sign-in which was just finishing began dead. With the last of them the claim
 * goes, and may be made anew; an enterprise account without a directory that has no other is a team account then.
 * @returns whether nobody is left
 */
export async function removeSome(ground: Ground, m: Writer, domain: Domain): Promise<boolean> {
  const { organisationId, accountId, name, state } = domain;
  const found = await rows<{ id: string }>(
    m,
    sql`SELECT "id" FROM "users" WHERE "accountId" = ${accountId} AND "primaryDomain" = ${name}
        AND "deletedAt" IS NULL AND "releasedAt" IS NULL LIMIT ${atOnce}`,
  );
  const now = clock.now();
  const gone =
    state === 'deleting'
      ? sql`"deletedAt" = ${now}, "updatedAt" = ${now}`
      : sql`"releasedAt" = ${now}, "connectionId" = NULL, "externalId" = NULL`;
  for (const some of chunks(found)) {
    const ids = list(some.map(({ id }) => id));
    await touchGroupsOf(
      m,
      some.map(({ id }) => id),
    );
    await rows(m, sql`DELETE FROM "group_members" WHERE "memberId" IN (${ids})`);
    await rows(
      m,
      sql`UPDATE "users" SET ${gone}, "epoch" = "epoch" + 1, "version" = "version" + 1, "liveUntil" = NULL
          WHERE "id" IN (${ids})`,
    );
  }
  if (found.length === atOnce) return false;
  await m.delete(DomainTable, { id: domain.id });
  const { type } = await requireAccount(m, organisationId, accountId);
  if (type === 'EnterpriseLWA' && !(await holdsDomains(m, accountId))) await becomeType(m, accountId, 'Team');
  await markAccountChanged(ground, m, accountId);
  return true;
}

/** After the commit of a removal: the people who are left, some in each unit. Doing it again finds nobody. */
export const finishRemoval =
  (ground: Ground): Handler =>
  async ({ payload }) => {
    const { organisationId, accountId, domainId } = payload as Record<
      'organisationId' | 'accountId' | 'domainId',
      string
    >;
    const some = async (m: Writer): Promise<boolean> => {
      const domain = await m.findOneBy(DomainTable, { id: domainId, accountId });
      return !domain || !isRemoved(domain) || removeSome(ground, m, domain);
    };
    while (!(await ground.db.write(some, { organisationId, accountId })));
  };
