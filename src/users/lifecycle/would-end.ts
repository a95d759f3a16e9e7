import type { Account } from '../../accounts/accounts/account.entity.ts';
import { requireAccount } from '../../accounts/accounts/accounts.ts';
import { type AccountType, tiersByGroup } from '../../accounts/accounts/types.ts';
import type { Domain } from '../../accounts/domains/domain.entity.ts';
import { isHeld, listDomains } from '../../accounts/domains/domains.ts';
import { clock } from '../../platform/clock/clock.ts';
import { firstRow } from '../../platform/database/run.ts';
import { sql, type Sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { grantedGroups, withoutRight } from '../entitlement/granted.ts';
import { type Blockers, deletionBlockers } from './delete-account.ts';
import { countByOtherAddress } from '../other-address.ts';
import { type Loss, lostByDomain } from './would-lose.ts';

/** What the removal of a domain would do; changes nothing. */
export interface DomainRemoval {
  /** Who would lose every right, and who of them is signed in. */
  loss: Loss;
  /** What becomes of everybody with a primary address there; null for a claim that nobody stands on. */
  becomes: 'Released' | 'deleted' | null;
  /** Everybody with a primary address there, with a right or not. */
  people: number;
  /** Those of them who stay Suspended. */
  suspended: number;
  /** People who keep everything, and no longer sign in with another address of theirs that is there. */
  alsoBy: number;
  /** Whether no domain is left that people stand on. */
  last: boolean;
  /** The kind of account that is left. */
  accountType: AccountType;
}

export async function wouldRemoveDomain(on: Reader, domain: Domain): Promise<DomainRemoval> {
  const { organisationId, accountId, name } = domain;
  const { type } = await requireAccount(on, organisationId, accountId);
  if (!isHeld(domain)) {
    const nobody = { people: 0, signedIn: 0 };
    return { loss: nobody, becomes: null, people: 0, suspended: 0, alsoBy: 0, last: false, accountType: type };
  }
  const others = (await listDomains(on, accountId)).filter((other) => other.id !== domain.id && isHeld(other));
  const there = await counted(
    on,
    sql`"users" u WHERE u."accountId" = ${accountId} AND u."primaryDomain" = ${name} AND u."deletedAt" IS NULL
        AND u."releasedAt" IS NULL`,
  );
  return {
    loss: await lostByDomain(on, accountId, name),
    becomes: tiersByGroup(type) ? 'deleted' : 'Released',
    people: there.people,
    suspended: there.suspended,
    alsoBy: await countByOtherAddress(on, accountId, name),
    last: others.length === 0,
    accountType: type === 'EnterpriseLWA' && others.length === 0 ? 'Team' : type,
  };
}

/** What deleting the connection of an account would do; changes nothing. */
export interface Disconnection {
  /** People who keep their tier, and stay in where they are. */
  kept: number;
  /** People without a right to be in, who would be suspended until an administrator activates them. */
  suspended: number;
  groups: number;
  mappings: number;
  accountType: AccountType;
}

export async function wouldDisconnect(on: Reader, accountId: string): Promise<Disconnection> {
  const people = await firstRow<Record<'all' | 'out', number | string>>(
    on,
    sql`WITH ${await grantedGroups(on, accountId)}
        SELECT COUNT(*) AS "all", COALESCE(SUM(CASE WHEN ${withoutRight} THEN 1 ELSE 0 END), 0) AS "out"
        FROM "users" u JOIN "accounts" a ON a."id" = u."accountId"
        WHERE u."accountId" = ${accountId} AND u."deletedAt" IS NULL AND u."releasedAt" IS NULL`,
  );
  const count = async (table: Sql): Promise<number> =>
    Number(
      (await firstRow<{ n: number | string }>(
        on,
        sql`SELECT COUNT(*) AS "n" FROM ${table} WHERE "accountId" = ${accountId}`,
      ))!.n,
    );
  const suspended = Number(people!.out);
  return {
    kept: Number(people!.all) - suspended,
    suspended,
    groups: await count(sql`"directory_groups"`),
    mappings: await count(sql`"tier_mappings"`),
    accountType: (await listDomains(on, accountId)).some(isHeld) ? 'EnterpriseLWA' : 'Team',
  };
}

/** What deleting an account would take, and what must go before; changes nothing. */
export interface AccountDeletion {
  blockers: Blockers;
  /** Everybody who is still shown: Released, Suspended or in. */
  people: number;
  signedIn: number;
}

export async function wouldDeleteAccount(on: Reader, account: Pick<Account, 'id' | 'type'>): Promise<AccountDeletion> {
  const blockers = await deletionBlockers(on, account);
  const { people, signedIn } = await counted(
    on,
    sql`"users" u WHERE u."accountId" = ${account.id} AND u."deletedAt" IS NULL`,
  );
  return { blockers, people, signedIn };
}

/** What deleting an organisation would take; changes nothing. */
export interface OrganisationDeletion {
  accounts: number;
  people: number;
  signedIn: number;
}

export async function wouldDeleteOrganisation(on: Reader, organisationId: string): Promise<OrganisationDeletion> {
  const living = sql`SELECT "id" FROM "accounts" WHERE "organisationId" = ${organisationId} AND "deletedAt" IS NULL`;
  const accounts = await firstRow<{ n: number | string }>(on, sql`SELECT COUNT(*) AS "n" FROM (${living}) l`);
  const { people, signedIn } = await counted(
    on,
    sql`"users" u WHERE u."accountId" IN (${living}) AND u."deletedAt" IS NULL`,
  );
  return { accounts: Number(accounts!.n), people, signedIn };
}

async function counted(on: Reader, from: Sql): Promise<{ people: number; signedIn: number; suspended: number }> {
  const found = await firstRow<Record<'people' | 'signedIn' | 'suspended', number | string>>(
    on,
    sql`SELECT COUNT(*) AS "people",
          COALESCE(SUM(CASE WHEN u."liveUntil" > ${clock.now()} THEN 1 ELSE 0 END), 0) AS "signedIn",
          COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id")
            THEN 1 ELSE 0 END), 0) AS "suspended"
        FROM ${from}`,
  );
  return {
    people: Number(found!.people),
    signedIn: Number(found!.signedIn),
    suspended: Number(found!.suspended),
  };
}
