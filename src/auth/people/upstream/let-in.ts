import { clock } from '../../../platform/clock/clock.ts';
import { identifyAs } from '../../../platform/context/context.ts';
import { lockRows } from '../../../platform/database/lock.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import { beginTrial } from '../../../users/trial/begin.ts';
import { UpstreamLinkTable } from '../../connectors/upstream/link.entity.ts';
import { linkedPerson, requireOwn, type Subject } from '../../connectors/upstream/links.ts';
import type { UpstreamProof } from '../../connectors/upstream/prove.ts';
import { type Upstream, UpstreamTable } from '../../connectors/upstream/upstream.entity.ts';
import { authErrors } from '../../errors.ts';
import type { Session } from '../../sessions/session.entity.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { admit } from '../let-in.ts';

/**
 * Lets in whom an upstream provider has proved, if somebody is linked to that subject and may come in.
 * @param previous the session that this browser held before, which ends
 * @returns null when nobody is linked to it
 * @throws NotEntitled, upstream.directory, signIn.stale
 */
export async function letInLinked(
  ground: Ground,
  sessions: Sessions,
  proof: UpstreamProof,
  previous: Session | null,
): Promise<{ session: Session; token: string } | null> {
  const { upstream, issuer, subject } = proof;
  const whose: Subject = { providerId: upstream.id, issuer, subject };
  const person = await linkedPerson(ground.db.read, whose);
  if (!person) return null;
  const { id: userId, organisationId, accountId } = person;
  identifyAs({ type: 'Anonymous', principalId: subject.slice(0, 255), organisationId, accountId });
  const requestParameters = { accountId, providerId: upstream.id, issuer };
  const action = { eventName: 'SignIn', organisationId, accountId, requestParameters, beside: true };
  return ground.trail.perform(action, async (m) => {
    await requireSame(m, upstream);
    await lockRows(m, 'users', [userId]);
    const user = await linkedPerson(m, whose);
    if (user?.id !== userId || user.accountId !== accountId) {
      throw authErrors('signIn.stale', { detail: 'the person was changed meanwhile' });
    }
    await requireOwn(m, user);
    identifyAs({ type: 'User', principalId: userId, userName: user.userName, organisationId, accountId });
    await beginTrial(ground, m, userId);
    const { tier, ...begun } = await admit(ground, sessions, m, user, { previous, proof });
    await m.update(UpstreamLinkTable, { providerId: upstream.id, userId }, { usedAt: clock.now() });
    return { result: begun, responseElements: { userId, sessionId: begun.session.id, permissionTier: tier } };
  });
}

/** The provider's answer took its time: it must still be what the operator trusts. @throws signIn.stale */
async function requireSame(on: Reader, { id, updatedAt }: Upstream): Promise<void> {
  const now = await on.findOneBy(UpstreamTable, { id });
  if (now?.updatedAt !== updatedAt)
    throw authErrors('signIn.stale', { detail: 'the provider was changed meanwhile' });
}
