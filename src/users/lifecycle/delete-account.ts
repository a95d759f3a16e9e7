import { type Account, AccountTable } from '../../accounts/accounts/account.entity.ts';
import { requireAccount } from '../../accounts/accounts/accounts.ts';
import { accountChangedTopic } from '../../accounts/accounts/changed.ts';
import { DomainTable } from '../../accounts/domains/domain.entity.ts';
import { isHeld, listDomains } from '../../accounts/domains/domains.ts';
import { accountErrors } from '../../accounts/errors.ts';
import { requireOrganisation } from '../../accounts/organisations/organisations.ts';
import { clock } from '../../platform/clock/clock.ts';
import { changed, firstRow } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { TierMappingTable } from '../entitlement/mapping.entity.ts';
import { putOutWithoutRight, type Scope } from './out.ts';
import type { Upstairs } from './upstairs.ts';

/** What must go before an account can be deleted (the guide, "Delete Your Account"); nothing of it when it can. */
export interface Blockers {
  /** The domains of an enterprise account that its people stand on. */
  domains: string[];
  /** People of a team account who are neither removed nor suspended. */
  people: number;
}

export async function deletionBlockers(on: Reader, account: Pick<Account, 'id' | 'type'>): Promise<Blockers> {
  const claims = await listDomains(on, account.id);
  const domains = claims.filter(isHeld).map(({ name }) => name);
  if (account.type !== 'Team') return { domains, people: 0 };
  const found = await firstRow<{ n: number | string }>(
    on,
    sql`SELECT COUNT(*) AS "n" FROM "users" u WHERE u."accountId" = ${account.id} AND u."deletedAt" IS NULL
        AND u."releasedAt" IS NULL AND NOT EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id")`,
  );
  return { domains, people: Number(found?.n ?? 0) };
}

/**
 * Deletes an account: from this commit on it is nobody's, and nobody of it is in, wherever they look. What is left is
 * erased after `keepDeletedDays`.
 * @param confirmation the name of the account, as whoever deletes it has typed it
 * @throws account.notFound, account.notConfirmed, account.domainsRemain, account.peopleRemain
 */
export async function deleteAccount(
  ground: Ground,
  upstairs: Upstairs,
  scope: Scope,
  confirmation: string,
): Promise<Account> {
  const { organisationId, accountId } = scope;
  return ground.trail.perform({ eventName: 'DeleteAccount', organisationId, accountId }, async (m) => {
    const account = await requireAccount(m, organisationId, accountId);
    const blockers = await deletionBlockers(m, account);
    if (blockers.domains.length > 0) {
      const domains = blockers.domains.slice(0, 10).join(', ');
      throw accountErrors('account.domainsRemain', { values: { domains } });
    }
    if (blockers.people > 0) throw accountErrors('account.peopleRemain', { values: { people: blockers.people } });
    if (confirmation.normalize('NFC').trim() !== account.name) {
      throw accountErrors('account.notConfirmed', { field: 'confirmation' });
    }
    const [deleted] = await endAccounts(ground, upstairs, m, organisationId, accountId);
    if (!deleted) throw accountErrors('account.notFound'); // another deletion was first
    const result = await m.findOneBy(AccountTable, { id: accountId });
    return { result: result!, responseElements: { name: account.name, eraseAfter: result!.eraseAfter } };
  });
}

/** What the deletion of an organisation took with it. */
export interface OrganisationDeleted {
  accounts: number;
  /** People who were put out of something live. */
  putOut: number;
  eraseAfter: number;
}

/**
 * Deletes an organisation with all its accounts, whatever is in them (the guide: "If you delete your AWS account, your
 * accounts are automatically deleted"); its administrators are gone with the commit.
 * @param confirmation the number of the organisation, as whoever deletes it has typed it
 * @throws organisation.notFound, organisation.notConfirmed
 */
export async function deleteOrganisation(
  ground: Ground,
  upstairs: Upstairs,
  organisationId: string,
  confirmation: string,
): Promise<OrganisationDeleted> {
  return ground.trail.perform({ eventName: 'DeleteOrganisation', organisationId }, async (m) => {
    await requireOrganisation(m, organisationId);
    if (confirmation.replaceAll(/[\s-]/g, '') !== organisationId) {
      throw accountErrors('organisation.notConfirmed', { field: 'confirmation' });
    }
    const eraseAfter = eraseTime(ground);
    const deleted = await changed(
      m,
      sql`UPDATE "organisations" SET "deletedAt" = ${clock.now()}, "eraseAfter" = ${eraseAfter}
          WHERE "id" = ${organisationId} AND "deletedAt" IS NULL RETURNING "id"`,
    );
    if (deleted.length === 0) throw accountErrors('organisation.notFound'); // another deletion was first
    const accounts = await endAccounts(ground, upstairs, m, organisationId, null);
    await upstairs.organisationDeleted(m, organisationId);
    const putOut = accounts.reduce((sum, account) => sum + account.putOut, 0);
    const result = { accounts: accounts.length, putOut, eraseAfter };
    return { result, responseElements: { ...result } };
  });
}

const eraseTime = ({ config }: Ground): number => clock.now() + config.keepDeletedDays * 86_400_000;

/** One account, or every one of the organisation: their rows are dead first, then whoever holds something live is told. */
async function endAccounts(
  ground: Ground,
  upstairs: Upstairs,
  m: Writer,
  organisationId: string,
  accountId: string | null,
): Promise<{ id: string; putOut: number }[]> {
  const one = accountId === null ? sql`` : sql`AND "id" = ${accountId}`;
  const ended = await changed<{ id: string }>(
    m,
    sql`UPDATE "accounts" SET "deletedAt" = ${clock.now()}, "eraseAfter" = ${eraseTime(ground)}, "epoch" = "epoch" + 1,
          "version" = "version" + 1
        WHERE "organisationId" = ${organisationId} AND "deletedAt" IS NULL ${one} RETURNING "id"`,
  );
  const ids = ended.map(({ id }) => id);
  await upstairs.accountsDeleted(m, ids);
  const deleted: { id: string; putOut: number }[] = [];
  for (const id of ids) {
    await m.delete(DomainTable, { accountId: id });
    await m.delete(TierMappingTable, { accountId: id });
    ground.outbox.announce(accountChangedTopic, id);
    const putOut = await putOutWithoutRight(ground, m, { organisationId, accountId: id }, 'account', sql`TRUE`);
    deleted.push({ id, putOut });
  }
  return deleted;
}
