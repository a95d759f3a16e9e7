import { clock } from '../../../platform/clock/clock.ts';
import { identifyAs } from '../../../platform/context/context.ts';
import { lockRows } from '../../../platform/database/lock.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import { UpstreamLinkTable } from '../../connectors/upstream/link.entity.ts';
import { linkedPerson, requireOwn, type Subject } from '../../connectors/upstream/links.ts';
import type { UpstreamProof } from '../../connectors/upstream/prove.ts';
import { type Upstream, UpstreamTable } from '../../connectors/upstream/upstream.entity.ts';
import type { Browser } from '../../credentials/signing-in/browser.ts';
import { authErrors } from '../../errors.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { admit, type Entered } from '../let-in.ts';
import type { OwnProof } from '../proof.ts';

/**
 * Lets in whom an upstream provider has proved, if somebody is linked to that subject and may come in; or to the second
 * factor that they have, or need.
 * @returns null when nobody is linked to it
 * @throws NotEntitled, upstream.directory, signIn.stale
 */
export async function letInLinked(
  ground: Ground,
  sessions: Sessions,
  proof: UpstreamProof,
  from: Browser,
): Promise<Entered | null> {
  const { upstream, issuer, subject } = proof;
  const whose: Subject = { providerId: upstream.id, issuer, subject };
  const person = await linkedPerson(ground.db.read, whose);
  if (!person) return null;
  const { id: userId, organisationId, accountId } = person;
  identifyAs({ type: 'Anonymous', principalId: subject.slice(0, 255), organisationId, accountId });
  const requestParameters = { accountId, userId, providerId: upstream.id, issuer };
  const action = { eventName: 'SignIn', organisationId, accountId, requestParameters, about: userId, beside: true };
  return ground.trail.perform(action, async (m) => {
    await requireSame(m, upstream);
    await lockRows(m, 'users', [userId]);
    const user = await linkedPerson(m, whose);
    if (user?.id !== userId || user.accountId !== accountId) {
      throw authErrors('signIn.stale', { detail: 'the person was changed meanwhile' });
    }
    await requireOwn(m, user);
    await m.update(UpstreamLinkTable, { providerId: upstream.id, userId }, { usedAt: clock.now() });
    return admit(ground, sessions, m, provedUpstream(userId, proof), from, null);
  });
}

/** A proof of an upstream provider as the proof of an own account: as good as a password. */
export const provedUpstream = (
  userId: string,
  { target, authTime, amr }: Pick<UpstreamProof, 'target' | 'authTime' | 'amr'>,
): OwnProof => ({ userId, by: 'upstream', target, authTime, amr });

/** The provider's answer took its time: it must still be what the operator trusts. @throws signIn.stale */
async function requireSame(on: Reader, { id, updatedAt }: Upstream): Promise<void> {
  const now = await on.findOneBy(UpstreamTable, { id });
  if (now?.updatedAt !== updatedAt) throw authErrors('signIn.stale', { detail: 'the provider was changed meanwhile' });
}
