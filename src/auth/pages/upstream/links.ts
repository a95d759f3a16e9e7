import express from 'express';
import type { Request, Response, Router } from 'express';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { formOf } from '../../../platform/http/pages/app.ts';
import { requireUser } from '../../../users/lifecycle/administer.ts';
import type { User } from '../../../users/user.entity.ts';
import { beginUpstream } from '../../connectors/upstream/begin.ts';
import { upstreamErrors } from '../../connectors/upstream/errors.ts';
import { requireOwn } from '../../connectors/upstream/links.ts';
import { readOffer } from '../../connectors/upstream/offers.ts';
import { requireUpstream } from '../../connectors/upstream/providers.ts';
import { provedLately } from '../../credentials/signing-in/step-up.ts';
import { linkOffered, requireAsker, unlinkUpstream } from '../../people/upstream/link.ts';
import type { SignedIn, Web } from '../../web.ts';
import { personOf } from '../person.ts';
import { confirmPath } from '../security/frame.ts';
import { sendLinks } from './links-page.ts';
import { sendConfirm } from './offer-page.ts';
import { linksPath } from './paths.ts';
import { sendUnchanged } from './refused-page.ts';

/** `/me/links`: by which providers a person signs in, and how that is changed, while they are signed in to both. */
export function linkRoutes(web: Web, limit: () => Promise<void>): Router {
  const { ground } = web;
  const router = express.Router({ caseSensitive: true });

  const selfOf = ({ principal: { organisationId, accountId, id } }: SignedIn): Promise<User> =>
    requireUser(ground.db.read, { organisationId, accountId: accountId ?? '' }, id);

  /** Answers whoever is signed in, and has proved lately who they are. */
  const forPerson =
    (eventName: string, work: (who: SignedIn, req: Request<{ provider: string }>, res: Response) => Promise<void>) =>
    async (req: Request<{ provider: string }>, res: Response): Promise<void> => {
      await limit();
      const who = await personOf(web, req, res);
      if (!who) return;
      if (!provedLately(who.session)) {
        res.redirect(303, `${confirmPath}?${new URLSearchParams({ target: linksPath }).toString()}`);
        return;
      }
      try {
        await work(who, req, res);
      } catch (error) {
        recordRefused(error, eventName, who, req.params.provider);
        sendUnchanged(web, req, res, error);
      }
    };

  const recordRefused = (error: unknown, eventName: string, { principal }: SignedIn, providerId?: string): void => {
    if (!(error instanceof CarillonError)) return;
    const { organisationId, accountId, id: about } = principal;
    const requestParameters = { accountId, ...(providerId !== undefined && { providerId: providerId.slice(0, 64) }) };
    ground.trail.refused({ eventName, organisationId, accountId, about, requestParameters }, error);
  };

  router.get(linksPath, async (req, res) => {
    const who = await personOf(web, req, res);
    if (who) await sendLinks(web, req, res, await selfOf(who));
  });

  router.post(
    `${linksPath}/:provider/link`,
    forPerson('LinkUpstreamIdentity', async (who, req, res) => {
      const upstream = await requireUpstream(ground.db.read, req.params.provider);
      await requireOwn(ground.db.read, await selfOf(who));
      const url = await beginUpstream(ground, web.providers, upstream, {
        browser: web.csrf.browser(req, res),
        target: linksPath,
        maxAge: null,
        link: { userId: who.principal.id, sessionId: who.session.id },
      });
      res.redirect(303, url.href);
    }),
  );

  router.get(
    `${linksPath}/confirm`,
    forPerson('LinkUpstreamIdentity', async (who, req, res) => {
      const offer = await readOffer(ground, web.csrf.browser(req, res));
      requireAsker(who, offer.link);
      sendConfirm(web, req, res, offer, (await selfOf(who)).primaryAddress);
    }),
  );

  router.post(
    `${linksPath}/confirm`,
    forPerson('LinkUpstreamIdentity', async (who, req, res) => {
      const browser = web.csrf.browser(req, res);
      const offer = await readOffer(ground, browser);
      if (offer.id !== formOf(req).get('offer')) throw upstreamErrors('upstream.offerGone');
      requireAsker(who, offer.link);
      await linkOffered(ground, who, browser, offer);
      res.redirect(303, `${linksPath}?linked=${offer.upstream.id}`);
    }),
  );

  router.post(
    `${linksPath}/:provider/unlink`,
    forPerson('UnlinkUpstreamIdentity', async (who, req, res) => {
      await unlinkUpstream(ground, who, req.params.provider);
      res.redirect(303, `${linksPath}?unlinked=${encodeURIComponent(req.params.provider)}`);
    }),
  );

  return router;
}
