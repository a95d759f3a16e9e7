import { type AccountType, tiersByGroup } from '../../accounts/accounts/types.ts';
import { requireAccount } from '../../accounts/accounts/accounts.ts';
import { markAccountChanged } from '../../accounts/accounts/changed.ts';
import { type Domain, DomainTable } from '../../accounts/domains/domain.entity.ts';
import { holdsDomains, isHeld, requireDomain } from '../../accounts/domains/domains.ts';
import type { OnLost } from '../../accounts/domains/verify.ts';
import { accountErrors } from '../../accounts/errors.ts';
import { changed, rows } from '../../platform/database/run.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { putOut, putOutWithoutRight } from './out.ts';
import { domainRemovedTopic, removeSome } from './removal.ts';
import { suspendEverywhere } from './suspension.ts';

/** What the removal of a domain did. */
export interface Removed {
  domain: Domain;
  /** How many people it put out of something live. */
  putOut: number;
  /** What kind of account is left. */
  accountType: AccountType;
}

/**
 * Removes a claim, with the consequences of the guide, "Delete Your Account", note: from this commit on everybody whose
 * primary address is in a domain that goes is out. In an own account they are Released (the suspended stay Suspended, and
 * may register nowhere), in a directory's their profile is deleted. With its last domain an enterprise account without
 * a directory is a team account again. A claim that was never verified has no consequences.
 * @throws domain.notFound, account.notFound
 */
export async function removeDomain(
  ground: Ground,
  at: { organisationId: string; accountId: string; domainId: string },
): Promise<Removed> {
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
    const { type } = await requireAccount(m, organisationId, accountId);
    if (!isHeld(domain)) {
      await m.delete(DomainTable, { id: domain.id });
      return { result: { domain, putOut: 0, accountType: type } };
    }
    const state = tiersByGroup(type) ? 'deleting' : 'releasing';
    // Nobody has a right by it from here on; the row goes when everybody who stood on it is dealt with.
    const gone = await changed(
      m,
      sql`UPDATE "domains" SET "state" = ${state}, "verifiedAt" = NULL WHERE "id" = ${domain.id}
          AND "state" IN ('pending', 'verified') RETURNING "id"`,
    );
    if (gone.length === 0) throw accountErrors('domain.notFound'); // another removal was first
    await markAccountChanged(ground, m, accountId);
    const out = await putOutPeopleOf(ground, m, domain);
    await suspendEverywhere(m, domain);
    if (!(await removeSome(ground, m, { ...domain, state }))) {
      await ground.outbox.publish(m, domainRemovedTopic, domain.id, { organisationId, accountId, domainId });
    }
    const stays = type !== 'EnterpriseLWA' || (await holdsDomains(m, accountId, domain.id));
    const accountType = stays ? type : 'Team';
    return { result: { domain, putOut: out, accountType }, responseElements: { putOut: out, accountType } };
  });
}

/**
 * What happens to people when another account proves a verified domain: out at once, and nothing more. Nobody of this
 * account has said so, so who verifies it again finds everybody as they were.
 */
export const loseDomain =
  (ground: Ground): OnLost =>
  async (m, lost) => {
    await markAccountChanged(ground, m, lost.accountId);
    await putOutWithoutRight(ground, m, lost, 'domain');
  };

type At = Pick<Domain, 'organisationId' | 'accountId' | 'name'>;

async function putOutPeopleOf(ground: Ground, m: Writer, domain: At): Promise<number> {
  const live = await rows<{ id: string }>(
    m,
    sql`SELECT "id" FROM "users" WHERE "accountId" = ${domain.accountId} AND "primaryDomain" = ${domain.name}
        AND "liveUntil" IS NOT NULL`,
  );
  const ids = live.map(({ id }) => id);
  await putOut(ground, m, domain, ids, 'domain');
  return ids.length;
}
