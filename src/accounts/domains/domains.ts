import { clock } from '../../platform/clock/clock.ts';
import { firstRow } from '../../platform/database/run.ts';
import { selectRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { newId, newToken } from '../../platform/ids/ids.ts';
import type { Ground } from '../../trail/ground.ts';
import { requireAccount } from '../accounts/accounts.ts';
import { accountErrors } from '../errors.ts';
import { type Domain, DomainTable } from './domain.entity.ts';
import { domainOf, normaliseDomain } from './name.ts';

/** Where the TXT record of every claim stands, below the claimed domain. */
const recordLabel = '_carillon-verification';
const claimsPerAccount = 200;

/**
 * Claims a domain for an account (the guide, "Claim a Domain"): pending until its TXT record is seen.
 * @throws domain.beingRemoved, domain.invalid, domain.publicSuffix, domain.specialUse, domain.claimedAlready, domain.tooMany
 */
export async function claimDomain(
  ground: Ground,
  organisationId: string,
  accountId: string,
  input: { domain: string },
): Promise<Domain> {
  const action = {
    eventName: 'AddDomain',
    organisationId,
    accountId,
    requestParameters: { accountId, domainName: input.domain.slice(0, 320) },
  };
  return ground.trail.perform(action, async (m) => {
    await requireAccount(m, organisationId, accountId);
    const name = normaliseDomain(input.domain);
    const present = await m.findOneBy(DomainTable, { accountId, name });
    if (present) {
      const code = isRemoved(present) ? 'domain.beingRemoved' : 'domain.claimedAlready';
      throw accountErrors(code, { field: 'domain', values: { domain: name } });
    }
    if ((await m.countBy(DomainTable, { accountId })) >= claimsPerAccount) {
      throw accountErrors('domain.tooMany', { field: 'domain', values: { limit: claimsPerAccount } });
    }
    const domain: Domain = {
      id: newId(),
      organisationId,
      accountId,
      name,
      state: 'pending',
      recordName: `${recordLabel}.${name}`,
      recordValue: newToken('carillon-domain='),
      createdAt: clock.now(),
      verifiedAt: null,
      checkedAt: null,
      triedAt: null,
      lastOutcome: null,
      absentChecks: 0,
      lostAt: null,
    };
    await m.insert(DomainTable, domain);
    return { result: domain, responseElements: { domainName: name, domainStatus: 'Pending verification' } };
  });
}

export const listDomains = (on: Reader, accountId: string): Promise<Domain[]> =>
  on.find(DomainTable, { where: { accountId }, order: { name: 'ASC' } });

/** @throws domain.notFound, also for another organisation's domain, and one that was removed */
export async function requireDomain(
  on: Reader,
  organisationId: string,
  accountId: string,
  domainId: string,
): Promise<Domain> {
  const domain = await on.findOneBy(DomainTable, { id: domainId, organisationId, accountId });
  if (!domain || isRemoved(domain)) throw accountErrors('domain.notFound');
  return domain;
}

/** Whether people of this account stand, or stood until another account took it over, on this claim. */
export const isHeld = ({ state, lostAt }: Pick<Domain, 'state' | 'lostAt'>): boolean =>
  state !== 'pending' || lostAt !== null;

/** Whether a claim was removed already, and is here only until everybody who stood on it is dealt with. */
export const isRemoved = ({ state }: Pick<Domain, 'state'>): boolean => state === 'releasing' || state === 'deleting';

/** Whether an account has such a claim: what becomes of people is not settled before each of them is removed. */
export const holdsDomains = async (on: Reader, accountId: string, butFor = ''): Promise<boolean> =>
  (await firstRow(
    on,
    sql`SELECT 1 FROM "domains" WHERE "accountId" = ${accountId} AND "id" <> ${butFor}
        AND ("state" <> 'pending' OR "lostAt" IS NOT NULL)`,
  )) !== null;

/** The verified claim of the domain of this e-mail address, or null: also for what is no address. */
export async function verifiedDomainOf(on: Reader, address: string): Promise<Domain | null> {
  const name = domainOf(address);
  return name === null ? null : selectRow(on, DomainTable, sql`a."name" = ${name} AND a."state" = 'verified'`);
}
