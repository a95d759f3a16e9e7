import { normaliseAddress } from '../../../accounts/domains/name.ts';
import { identifyAs } from '../../../platform/context/context.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import { personal } from '../../../trail/people/personal.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import { beginTrial } from '../../../users/trial/begin.ts';
import { upstreamErrors } from '../../connectors/upstream/errors.ts';
import { insertLink, linkedPerson } from '../../connectors/upstream/links.ts';
import { type Offer, takeOffer } from '../../connectors/upstream/offers.ts';
import { knownAt } from '../../own/logins.ts';
import { placeOf, scopeOf } from '../../own/place.ts';
import { makePerson } from '../../own/register.ts';
import type { Session } from '../../sessions/session.entity.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { admit } from '../let-in.ts';

/**
 * Where somebody new with this address belongs, which a provider vouches for, so that its owner is told.
 * @throws upstream.addressElsewhere when a company has a sign-in of its own for it, upstream.addressKnown when somebody
 *   has it: nobody is linked by an address alone
 */
export async function placeForNew(on: Reader, address: string): Promise<Scope> {
  const key = normaliseAddress(address);
  const place = await placeOf(on, address);
  if (place.kind === 'company') throw upstreamErrors('upstream.addressElsewhere');
  if (key !== null && (await knownAt(on, key)) === 'somebody') throw upstreamErrors('upstream.addressKnown');
  return scopeOf(place);
}

/**
 * Makes an own account of somebody who has proved themselves upstream and agreed to it: with the address that the provider
 * vouches for, and no password. They are in, in the same unit.
 * @param asked what the browser was asked when it sent its agreement
 * @throws upstream.offerGone, upstream.addressKnown, upstream.addressElsewhere; what `makePerson` throws
 */
export async function registerOffered(
  ground: Ground,
  sessions: Sessions,
  { browser, asked, previous }: { browser: string; asked: Offer; previous: Session | null },
): Promise<{ session: Session; token: string; target: string }> {
  const { upstream, offered } = asked;
  const { issuer, subject, name, target } = offered;
  const whose = { providerId: upstream.id, issuer, subject };
  const address = offered.address ?? '';
  const scope = await placeForNew(ground.db.read, address);
  const { organisationId, accountId } = scope;
  identifyAs({ type: 'Anonymous', principalId: subject.slice(0, 255), organisationId, accountId });
  const requestParameters = { accountId, providerId: upstream.id, issuer, address: personal(address) };
  const action = { eventName: 'Register', organisationId, accountId, requestParameters };
  return ground.trail.perform(action, async (m) => {
    const taken = await takeOffer(ground, m, browser, asked.id);
    const place = await placeForNew(m, address);
    const isOther = taken.link !== null || place.accountId !== accountId || (await linkedPerson(m, whose)) !== null;
    if (isOther) throw upstreamErrors('upstream.offerGone', { detail: 'what was offered has changed meanwhile' });
    const { user } = await makePerson(ground, m, scope, { address, displayName: name, passwordHash: null });
    await insertLink(m, whose, user.id);
    identifyAs({ type: 'User', principalId: user.id, userName: user.userName, organisationId, accountId });
    await beginTrial(ground, m, user.id);
    const { tier, ...begun } = await admit(ground, sessions, m, user, { previous, proof: offered });
    const responseElements = { userId: user.id, sessionId: begun.session.id, permissionTier: tier };
    return { result: { ...begun, target }, responseElements, about: user.id, isNew: true };
  });
}
