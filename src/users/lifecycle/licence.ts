import { requireAccount } from '../../accounts/accounts/accounts.ts';
import { type Tier, tiersByGroup } from '../../accounts/accounts/types.ts';
import { changed } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { userErrors } from '../errors.ts';
import type { User } from '../user.entity.ts';
import { requireUser } from './administer.ts';
import { announceChanged, type Scope } from './out.ts';

/** A permission tier as somebody sent it. @throws user.licenceInvalid (field `licence`) */
export function licenceOf(input: unknown): Tier {
  if (input === 'Basic' || input === 'Pro') return input;
  throw userErrors('user.licenceInvalid', { field: 'licence' });
}

/** That tiers are given by hand in this account. @throws account.notFound, account.reserved, user.tierByGroup */
export async function requireTiersByHand(on: Reader, { organisationId, accountId }: Scope): Promise<void> {
  const { type } = await requireAccount(on, organisationId, accountId);
  if (tiersByGroup(type)) throw userErrors('user.tierByGroup');
}

/**
 * Gives a person a permission tier (the guide, "Team Accounts and Enterprise Login with Amazon"); nobody is put out by it.
 * @returns whether it was another one
 * @throws user.notFound, user.licenceInvalid, user.tierByGroup, account.notFound, account.reserved
 */
export function assignLicence(ground: Ground, scope: Scope, userId: string, input: unknown): Promise<boolean> {
  const { organisationId, accountId } = scope;
  const licenseType = String(input).slice(0, 16);
  const requestParameters = { accountId, userId: userId.slice(0, 64), licenseType };
  const action = { eventName: 'UpdateUserLicenses', organisationId, accountId, requestParameters };
  return ground.trail.perform(action, async (m) => {
    const licence = licenceOf(input);
    const user = await requireUser(m, scope, userId);
    await requireTiersByHand(m, scope);
    return { result: await giveLicence(ground, m, user, licence) };
  });
}

/** The same of one person, in the unit of whoever gives it. @returns whether it was another one */
export async function giveLicence(
  ground: Ground,
  m: Writer,
  { id, accountId }: Pick<User, 'id' | 'accountId'>,
  licence: Tier,
): Promise<boolean> {
  const touched = await changed(
    m,
    sql`UPDATE "users" SET "licence" = ${licence}, "version" = "version" + 1
        WHERE "id" = ${id} AND "accountId" = ${accountId} AND "licence" <> ${licence} RETURNING "id"`,
  );
  if (touched.length > 0) announceChanged(ground, [id]);
  return touched.length > 0;
}
