import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { type AccountType, type Tier, tiersByGroup } from '../../accounts/accounts/types.ts';
import { clock } from '../../platform/clock/clock.ts';
import { isTrue, rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { type GroupStep, stepsAbove } from './above.ts';

/** One reason for, or against; a person's whole "Why?" is the list of them. */
export type Because =
  | { kind: 'group'; groupId: string; groupName: string; tier: Tier }
  | { kind: 'assigned'; tier: Tier }
  | { kind: 'trial'; tier: Tier; until: number }
  | { kind: 'administrator' | 'directory'; since: number }
  | { kind: 'domain'; domain: string }
  | { kind: 'noGroup' }
  | { kind: 'account' }
  | { kind: 'released' }
  | { kind: 'deleted' };

export interface Entitlement {
  maySignIn: boolean;
  /** Null exactly when this person may not sign in. */
  tier: Tier | null;
  because: Because[];
}

interface Facts {
  id: string;
  type: AccountType;
  licence: Tier;
  /** Of people who belong to no account; null for everybody else. PostgreSQL's driver gives bigint as text. */
  trialEndsAt: number | string | null;
  primaryDomain: string;
  deletedAt: number | null;
  releasedAt: number | string | null;
  /** Their domain was removed a moment ago, and their turn to be released has not come. */
  releasing: unknown;
  accountDeletedAt: number | null;
  domainVerified: unknown;
}

/** Without a right to be in; the page and the trail word each of them. */
const refusals = new Set<Because['kind']>([
  'administrator',
  'directory',
  'domain',
  'noGroup',
  'account',
  'released',
  'deleted',
]);

/**
 * Who may be in, and with what tier: asked of what is committed, never stored (the guide, "Manage Permissions": in a
 * Pro group → Pro; in a Basic group → Basic; in both → Pro; in neither → not in).
 * @returns an entitlement for each of `userIds` that exists
 */
export async function entitlements(on: Reader, userIds: readonly string[]): Promise<Map<string, Entitlement>> {
  const asked = rows<Facts>(
    on,
    sql`SELECT u."id", a."type", u."licence",
          CASE WHEN u."accountId" = ${nobodys.accountId} THEN u."trialEndsAt" END AS "trialEndsAt", u."primaryDomain", u."deletedAt", u."releasedAt",
          a."deletedAt" AS "accountDeletedAt",
          EXISTS (SELECT 1 FROM "domains" d WHERE d."accountId" = u."accountId" AND d."name" = u."primaryDomain"
                  AND d."state" = 'verified') AS "domainVerified",
          EXISTS (SELECT 1 FROM "domains" d WHERE d."accountId" = u."accountId" AND d."name" = u."primaryDomain"
                  AND d."state" = 'releasing') AS "releasing"
        FROM "users" u JOIN "accounts" a ON a."id" = u."accountId" WHERE u."id" IN (${list(userIds)})`,
  );
  const askedCauses = rows<{ userId: string; cause: 'administrator' | 'directory'; since: number }>(
    on,
    sql`SELECT "userId", "cause", "since" FROM "user_causes" WHERE "userId" IN (${list(userIds)}) ORDER BY "since"`,
  );
  // In one turn: none of them needs another's answer.
  const [facts, causes, groups] = await Promise.all([asked, askedCauses, groupsOf(on, userIds)]);
  return new Map(
    facts.map((user) => {
      const because: Because[] = [
        ...(user.accountDeletedAt === null ? [] : [{ kind: 'account' } as const]),
        ...causes.filter((c) => c.userId === user.id).map((c) => ({ kind: c.cause, since: c.since })),
        ...(user.releasedAt === null && !isTrue(user.releasing) ? [] : [{ kind: 'released' } as const]),
        ...(user.type === 'Team' || isTrue(user.domainVerified)
          ? []
          : [{ kind: 'domain', domain: user.primaryDomain } as const]),
        ...(user.deletedAt === null ? [] : [{ kind: 'deleted' } as const]),
        ...tierReasons(user, groups.get(user.id) ?? []),
      ];
      return [user.id, conclude(because)];
    }),
  );
}

/** `entitlements` for one person; somebody unknown may not sign in. */
export async function entitlement(on: Reader, userId: string): Promise<Entitlement> {
  return (await entitlements(on, [userId])).get(userId) ?? conclude([{ kind: 'deleted' }]);
}

type GroupReason = Extract<Because, { kind: 'group' }>;

async function groupsOf(on: Reader, userIds: readonly string[]): Promise<Map<string, GroupReason[]>> {
  const above = Map.groupBy(await stepsAbove(on, userIds), ({ memberId }) => memberId);
  return new Map(userIds.map((userId) => [userId, mappedAbove(above, userId)]));
}

/** The mapped groups that hold this person, directly or through others: those that give Pro first, then by name. */
function mappedAbove(above: ReadonlyMap<string, readonly GroupStep[]>, userId: string): GroupReason[] {
  const seen = new Set([userId]);
  const reasons: GroupReason[] = [];
  for (const id of seen) {
    for (const { groupId, groupName, tier } of above.get(id) ?? []) {
      if (tier !== null && !seen.has(groupId)) reasons.push({ kind: 'group', groupId, groupName, tier });
      seen.add(groupId); // the loop goes on to it; groups that are in each other are there once
    }
  }
  const rank = ({ tier, groupName }: GroupReason): string => `${tier === 'Pro' ? 0 : 1}${groupName}`;
  return reasons.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

function tierReasons(user: Facts, groups: GroupReason[]): Because[] {
  const until = Number(user.trialEndsAt ?? 0);
  if (until > clock.now()) return [{ kind: 'trial', tier: 'Pro', until }];
  if (!tiersByGroup(user.type)) return [{ kind: 'assigned', tier: user.licence }];
  if (groups.length === 0) return [{ kind: 'noGroup' }];
  return groups.map(({ groupId, groupName, tier }) => ({ kind: 'group', groupId, groupName, tier }));
}

function conclude(because: Because[]): Entitlement {
  const maySignIn = !because.some(({ kind }) => refusals.has(kind));
  if (!maySignIn) return { maySignIn, tier: null, because };
  const pro = because.some((reason) => 'tier' in reason && reason.tier === 'Pro');
  return { maySignIn, tier: pro ? 'Pro' : 'Basic', because };
}
