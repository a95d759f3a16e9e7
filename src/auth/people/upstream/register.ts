import { normaliseAddress } from '../../../accounts/domains/name.ts';
import { identifyAs } from '../../../platform/context/context.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import { personal } from '../../../trail/people/personal.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import { upstreamErrors } from '../../connectors/upstream/errors.ts';
import { insertLink, linkedPerson } from '../../connectors/upstream/links.ts';
import { type Offer, takeOffer } from '../../connectors/upstream/offers.ts';
import type { Browser } from '../../credentials/signing-in/browser.ts';
import { knownAt } from '../../own/logins.ts';
import { placeOf, scopeOf } from '../../own/place.ts';
import { makePerson } from '../../own/register.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import { admit, type Entered } from '../let-in.ts';
import { provedUpstream } from './let-in.ts';

/**
 * Where somebody new with this address belongs, which a provider vouches for, so that its owner is told.
 * @returns null for an address of an account that has claimed its domain: a provider's word lets nobody into one, so they
 *   register by mail, and link it then
 * @throws upstream.addressElsewhere when a company has a sign-in of its own for it, upstream.addressKnown when somebody
 *   has it: nobody is linked by an address alone
 */
export async function placeForNew(on: Reader, address: string): Promise<Scope | null> {
  const key = normaliseAddress(address);
  const place = await placeOf(on, address);
  if (place.kind === 'company') throw upstreamErrors('upstream.addressElsewhere');
  if (place.kind === 'account') return null;
  if (key !== null && (await knownAt(on, key)) === 'somebody') throw upstreamErrors('upstream.addressKnown');
  return scopeOf(place);
}

/**
 * Makes an own account of somebody who has proved themselves upstream and agreed to it: with the address that the provider
 * vouches for, and no password. They are in, in the same unit, unless their account wants a second factor.
 * @param asked what the browser was asked when it sent its agreement
 * @throws upstream.offerGone, upstream.addressKnown, upstream.addressElsewhere; what `makePerson` throws
 */
export async function registerOffered(
  ground: Ground,
  sessions: Sessions,
  asked: Offer,
  from: Browser,
): Promise<Entered> {
  const { upstream, offered } = asked;
  const { issuer, subject, name } = offered;
  const whose = { providerId: upstream.id, issuer, subject };
  const address = offered.address ?? '';
  const scope = await placeForNew(ground.db.read, address);
  if (!scope) throw upstreamErrors('upstream.offerGone', { detail: 'the domain was claimed meanwhile' });
  const { organisationId, accountId } = scope;
  identifyAs({ type: 'Anonymous', principalId: subject.slice(0, 255), organisationId, accountId });
  const requestParameters = { accountId, providerId: upstream.id, issuer, address: personal(address) };
  const action = { eventName: 'Register', organisationId, accountId, requestParameters };
  return ground.trail.perform(action, async (m) => {
    const taken = await takeOffer(ground, m, from.browser, asked.id);
    const place = await placeForNew(m, address);
    const isOther = taken.link !== null || place?.accountId !== accountId || (await linkedPerson(m, whose)) !== null;
    if (isOther) throw upstreamErrors('upstream.offerGone', { detail: 'what was offered has changed meanwhile' });
    const { user } = await makePerson(ground, m, scope, { address, displayName: name, passwordHash: null });
    await insertLink(m, whose, user.id);
    const done = await admit(ground, sessions, m, provedUpstream(user.id, offered), from, null);
    return { ...done, eventName: 'Register', about: user.id, isNew: true };
  });
}
