import type { Ground } from '../../../trail/ground.ts';
import { personal } from '../../../trail/people/personal.ts';
import { requireUser } from '../../../users/lifecycle/administer.ts';
import { upstreamErrors } from '../../connectors/upstream/errors.ts';
import { UpstreamLinkTable } from '../../connectors/upstream/link.entity.ts';
import { insertLink, requireOwn } from '../../connectors/upstream/links.ts';
import { type Offer, takeOffer } from '../../connectors/upstream/offers.ts';
import { hasOtherWay } from '../../connectors/upstream/ways.ts';
import { tellOfCredentials } from '../../own/news.ts';
import type { SignedIn } from '../../web.ts';

type Who = Pick<SignedIn, 'principal' | 'session'>;

/** Whether this is whoever asked for the link, in the very session in which they did. @throws upstream.otherSession */
export function requireAsker({ principal, session }: Who, link: Offer['link']): void {
  if (link?.userId !== principal.id || link.sessionId !== session.id) throw upstreamErrors('upstream.otherSession');
}

/**
 * Links the person who is signed in here with who they have proved to be there (LinkUpstreamIdentity).
 * @throws upstream.offerGone, upstream.otherSession, upstream.linkedElsewhere, upstream.linkedAlready, upstream.directory
 */
export function linkOffered(ground: Ground, who: Who, browser: string, asked: Offer): Promise<void> {
  const { providerId, issuer, subject } = { providerId: asked.upstream.id, ...asked.offered };
  const action = actionOf('LinkUpstreamIdentity', who, providerId);
  return ground.trail.perform(action, async (m) => {
    const user = await requireUser(m, scopeOf(who), who.principal.id);
    await requireOwn(m, user);
    await ground.db.alone(`subjects of ${providerId}`); // another account may link the same one
    const { link } = await takeOffer(ground, m, browser, asked.id);
    requireAsker(who, link);
    await insertLink(m, { providerId, issuer, subject }, user.id);
    await tellOfCredentials(ground, m, user.id, 'linked');
    return { result: undefined, responseElements: { issuer, subject: personal(subject) }, about: user.id };
  });
}

/**
 * Parts them again (UnlinkUpstreamIdentity): unless it is the only way by which the person can sign in.
 * @throws upstream.notLinked, upstream.lastWay
 */
export function unlinkUpstream(ground: Ground, who: Who, providerId: string): Promise<void> {
  const action = actionOf('UnlinkUpstreamIdentity', who, providerId.slice(0, 64));
  return ground.trail.perform(action, async (m) => {
    const user = await requireUser(m, scopeOf(who), who.principal.id);
    const link = await m.findOneBy(UpstreamLinkTable, { providerId, userId: user.id });
    if (!link) throw upstreamErrors('upstream.notLinked');
    if (!(await hasOtherWay(m, user.id, providerId))) throw upstreamErrors('upstream.lastWay');
    await m.delete(UpstreamLinkTable, { id: link.id, userId: user.id });
    await tellOfCredentials(ground, m, user.id, 'unlinked');
    const { issuer, subject } = link;
    return { result: undefined, responseElements: { issuer, subject: personal(subject) }, about: user.id };
  });
}

const scopeOf = ({ principal: { organisationId, accountId } }: Who) => ({ organisationId, accountId: accountId ?? '' });

const actionOf = (eventName: string, who: Who, providerId: string) => ({
  eventName,
  ...scopeOf(who),
  requestParameters: { ...scopeOf(who), providerId },
  about: who.principal.id,
});
