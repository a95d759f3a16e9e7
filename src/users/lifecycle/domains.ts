import { markAccountChanged } from '../../accounts/accounts/changed.ts';
import { type Domain, DomainTable } from '../../accounts/domains/domain.entity.ts';
import { requireDomain } from '../../accounts/domains/domains.ts';
import type { OnLost } from '../../accounts/domains/verify.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { putOutWithoutRight } from './out.ts';

/**
 * Removes a claim (the guide, "Delete Your Account", note): everybody whose primary address is in a verified domain
 * that goes is out from this commit on.
 * @throws domain.notFound
 * @returns how many people that put out
 */
export async function removeDomain(
  ground: Ground,
  at: { organisationId: string; accountId: string; domainId: string },
): Promise<{ domain: Domain; putOut: number }> {
  const { organisationId, accountId, domainId } = at;
  const known = await ground.db.read.findOneBy(DomainTable, { id: domainId, organisationId, accountId });
  const action = {
    eventName: 'DeleteDomain',
    organisationId,
    accountId,
    requestParameters: { accountId, ...(known ? { domainName: known.name } : { domainId }) },
  };
  return ground.trail.perform(action, async (m) => {
    const domain = await requireDomain(m, organisationId, accountId, domainId);
    await m.delete(DomainTable, { id: domain.id });
    const putOut = domain.state === 'verified' ? await domainGone(ground, m, domain) : 0;
    return { result: { domain, putOut }, responseElements: { putOut } };
  });
}

/** What happens to people when a verified domain is no longer their account's. */
export const loseDomain =
  (ground: Ground): OnLost =>
  async (m, lost) => {
    await domainGone(ground, m, lost);
  };

async function domainGone(ground: Ground, m: Writer, domain: Domain): Promise<number> {
  await markAccountChanged(ground, m, domain.accountId);
  return putOutWithoutRight(ground, m, domain, 'domain');
}
