import { In } from 'typeorm';
import { clock } from '../../platform/clock/clock.ts';
import { requestContext } from '../../platform/context/context.ts';
import { firstRow, rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { CarillonError } from '../../platform/errors/errors.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { TxtAnswer, TxtResolver } from '../../platform/dns/txt.ts';
import { sameSecret } from '../../platform/secrets/compare.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Action, Done } from '../../trail/trail.ts';
import { becomeType, requireAccount } from '../accounts/accounts.ts';
import { markAccountChanged } from '../accounts/changed.ts';
import { accountErrors } from '../errors.ts';
import { type Domain, DomainTable } from './domain.entity.ts';
import { requireDomain } from './domains.ts';

export type Outcome = TxtAnswer['outcome'];

/** Daily checks in a row without the record after which another account that proves the domain may have it. */
export const absentChecksBeforeLoss = 7;
const dayMs = 86_400_000;

/** A domain was verified: whoever has an address in it may belong to its account now. */
export const domainVerifiedTopic = 'domain.verified';

/** What must follow, floors above, when a domain passes from one account to another. */
export type OnLost = (m: Writer, lost: Domain) => Promise<void>;

/**
 * Looks for a claim's TXT record and keeps what was found: `Pending verification` becomes `Verified` when every
 * resolver that answers and an authoritative server agree. A record that is gone later only warns.
 * @param onLost puts out the people of the account that loses the domain, in the same unit
 * @returns the claim as it now is, and what DNS said
 * @throws domain.notFound, domain.taken
 */
export async function verifyDomain(
  ground: Ground,
  dns: TxtResolver,
  onLost: OnLost,
  at: { organisationId: string; accountId: string; domainId: string },
): Promise<{ domain: Domain; answer: TxtAnswer }> {
  const { organisationId, accountId, domainId } = at;
  const claim = await requireDomain(ground.db.read, organisationId, accountId, domainId);
  const answer = await dns.lookUp(claim.recordName);
  const action = {
    eventName: 'VerifyDomain',
    organisationId,
    accountId,
    requestParameters: { accountId, domainName: claim.name },
  };
  // On its own, so that a claim that is refused goes to the end of the queue all the same.
  await ground.db.write((m) => m.update(DomainTable, { id: claim.id }, { triedAt: clock.now() }));
  const outcome: Outcome = answer.outcome === 'found' && !holds(claim, answer) ? 'absent' : answer.outcome;
  // The job looks at every claim every few minutes: only what it finds out is worth a record.
  const proves = outcome === 'found' && claim.state === 'pending';
  const byJob = requestContext().identity.type === 'System';
  if (byJob && proves && claim.lastOutcome === 'taken' && (await isTaken(ground.db.read, claim.name)))
    throw taken(claim);
  const routine = byJob && !proves && outcome === claim.lastOutcome;
  const domain = await keep(ground, action, routine, async (m) => {
    const now = await requireDomain(m, organisationId, accountId, domainId);
    const changes = now.state === 'verified' ? checked(now, outcome) : await proved(ground, m, now, outcome, onLost);
    await m.update(DomainTable, { id: now.id }, changes);
    const result = { ...now, ...changes };
    return { result, responseElements: { domainStatus: result.state, outcome } };
  }).catch(async (error: unknown) => {
    if ((error as { code?: string }).code === 'domain.taken') {
      await ground.db.write((m) => m.update(DomainTable, { id: claim.id }, { lastOutcome: 'taken' }));
    }
    throw error;
  });
  return { domain, answer };
}

const keep = async (
  ground: Ground,
  action: Action,
  routine: boolean,
  unit: (m: Writer) => Promise<Done<Domain>>,
): Promise<Domain> => {
  if (!routine) return ground.trail.perform(action, unit);
  const { organisationId, accountId = null } = action;
  return (await ground.db.write(unit, { organisationId, accountId })).result;
};

const taken = ({ name }: Domain): CarillonError =>
  accountErrors('domain.taken', { field: 'domain', values: { domain: name } });

/** Whether an account has this domain, and still proves it often enough to keep it. */
async function isTaken(on: Reader, name: string): Promise<boolean> {
  const holder = await on.findOneBy(DomainTable, { name, state: 'verified' });
  return holder !== null && holder.absentChecks < absentChecksBeforeLoss;
}

const holds = (claim: Domain, answer: TxtAnswer): boolean =>
  answer.values.some((value) => sameSecret(value.trim(), claim.recordValue));

/** A verified domain's check: absence is counted once a day at most, and ends nothing. */
function checked(domain: Domain, outcome: Outcome): Partial<Domain> {
  const now = clock.now();
  const seen = { checkedAt: now, lastOutcome: outcome };
  if (outcome === 'found') return { ...seen, absentChecks: 0 };
  if (outcome !== 'absent') return { lastOutcome: outcome };
  const newDay = domain.absentChecks === 0 || now - (domain.checkedAt ?? 0) >= dayMs;
  return newDay ? { ...seen, absentChecks: domain.absentChecks + 1 } : { lastOutcome: outcome };
}

async function proved(
  ground: Ground,
  m: Writer,
  claim: Domain,
  outcome: Outcome,
  onLost: OnLost,
): Promise<Partial<Domain>> {
  const now = clock.now();
  if (outcome !== 'found') return { checkedAt: now, lastOutcome: outcome };
  const other = await m.findOneBy(DomainTable, { name: claim.name, state: 'verified' });
  if (other) {
    await ground.db.alone(other.accountId);
    const holder = await m.findOneBy(DomainTable, { id: other.id, state: 'verified' });
    if (!holder || holder.absentChecks < absentChecksBeforeLoss) throw taken(claim);
    await m.update(
      DomainTable,
      { id: holder.id },
      { state: 'pending', verifiedAt: null, absentChecks: 0, lostAt: now },
    );
    await onLost(m, holder);
  }
  // Asked here again: a claim that its account took along when it was deleted must not hold the domain for ever.
  const account = await requireAccount(m, claim.organisationId, claim.accountId);
  if (account.type === 'Team') await becomeType(m, claim.accountId, 'EnterpriseLWA');
  await markAccountChanged(ground, m, claim.accountId);
  const { id: domainId, organisationId, accountId, name } = claim;
  await ground.outbox.publish(m, domainVerifiedTopic, domainId, { organisationId, accountId, domainId, name });
  return { state: 'verified', verifiedAt: now, checkedAt: now, lastOutcome: outcome, absentChecks: 0, lostAt: null };
}

/**
 * Claims whose turn it is: pending ones always, verified ones once a day. Each organisation's first comes before
 * anybody's second, so that many claims, with servers that take their time, hold up nobody else's; of one those longest
 * untried first.
 */
export async function claimsToCheck(on: Reader, limit: number): Promise<Domain[]> {
  const turns = await rows<{ id: string }>(
    on,
    sql`SELECT "id" FROM (
          SELECT "id", "triedAt", ROW_NUMBER() OVER (
            PARTITION BY "organisationId" ORDER BY "triedAt" NULLS FIRST, "id") AS "place"
          FROM "domains" WHERE "state" = 'pending' OR ("state" = 'verified'
            AND ("checkedAt" IS NULL OR "checkedAt" <= ${clock.now() - dayMs}))) w
        ORDER BY "place", "triedAt" NULLS FIRST, "id" LIMIT ${limit}`,
  );
  const order = new Map(turns.map(({ id }, i) => [id, i]));
  const found = await on.findBy(DomainTable, { id: In([...order.keys()]) });
  return found.toSorted((a, b) => order.get(a.id)! - order.get(b.id)!);
}
/** Whether an account has a verified domain: an enterprise account. */
export const isEnterprise = async (on: Reader, accountId: string): Promise<boolean> =>
  (await firstRow(on, sql`SELECT 1 FROM "domains" WHERE "accountId" = ${accountId} AND "state" = 'verified'`)) !== null;
