import express from 'express';
import type { Request, Response, Router } from 'express';
import { nobodys } from '../../../accounts/accounts/nobodys.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { formOf } from '../../../platform/http/pages/app.ts';
import { upstreamCallbackPath } from '../../connectors/upstream/addresses.ts';
import { beginUpstream } from '../../connectors/upstream/begin.ts';
import { upstreamErrors } from '../../connectors/upstream/errors.ts';
import { dropOffer, putOffer, readOffer } from '../../connectors/upstream/offers.ts';
import { proveUpstream, type UpstreamProof } from '../../connectors/upstream/prove.ts';
import { requireUpstream } from '../../connectors/upstream/providers.ts';
import { requireAsker } from '../../people/upstream/link.ts';
import { letInLinked } from '../../people/upstream/let-in.ts';
import { placeForNew, registerOffered } from '../../people/upstream/register.ts';
import { whoIs, type Web } from '../../web.ts';
import { browserOf, goOn } from '../enter.ts';
import { addressOf, refuseDuplicates } from '../query.ts';
import { answerRefusal } from '../refusal-page.ts';
import { ageOf } from '../signin.ts';
import { ownPath } from '../target.ts';
import { sendOffer } from './offer-page.ts';
import { beginPath, linksPath, offerPath } from './paths.ts';
import { sendUnchanged } from './refused-page.ts';

/** Signing in by an upstream provider: to it, back from it, and the question whether somebody new wants an account. */
export function upstreamRoutes(web: Web, limit: () => Promise<void>, limitBack: () => Promise<void>): Router {
  const { ground, sessions } = web;
  const router = express.Router({ caseSensitive: true });

  /** What is refused is in the trail, and told on a page. */
  const answered = async (req: Request, res: Response, providerId: string | null, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      recordUpstream(web, error, 'SignIn', providerId);
      await answerRefusal(web, req, res, error, null);
    }
  };

  router.post(`${beginPath}/:provider`, async (req, res) => {
    await limit();
    const providerId = req.params.provider;
    await answered(req, res, providerId, async () => {
      const upstream = await requireUpstream(ground.db.read, providerId);
      const form = formOf(req);
      const target = ownPath(form.get('target'), ground.config.publicUrl);
      const maxAge = ageOf(form);
      const browser = web.csrf.browser(req, res);
      const url = await beginUpstream(ground, web.providers, upstream, { browser, target, maxAge, link: null });
      res.redirect(303, url.href);
    });
  });

  router.get(`${upstreamCallbackPath}/:provider`, async (req, res) => {
    await limitBack();
    await answered(req, res, req.params.provider, async () => {
      const url = addressOf(ground.config.publicUrl, req);
      refuseDuplicates(url);
      const browser = web.csrf.browser(req, res);
      const proof = await proveUpstream(ground, web.providers, { url, browser });
      if (proof.link) await offerLink(req, res, proof);
      else await enterOrOffer(req, res, proof);
    });
  });

  const offerLink = async (req: Request, res: Response, proof: UpstreamProof): Promise<void> => {
    try {
      const who = await whoIs(web, req, 'user');
      if (!who.in) throw upstreamErrors('upstream.otherSession');
      requireAsker(who, proof.link);
    } catch (error) {
      recordUpstream(web, error, 'LinkUpstreamIdentity', proof.upstream.id);
      return sendUnchanged(web, req, res, error);
    }
    await putOffer(ground, web.csrf.browser(req, res), proof);
    res.redirect(303, `${linksPath}/confirm`);
  };

  const enterOrOffer = async (req: Request, res: Response, proof: UpstreamProof): Promise<void> => {
    const from = await browserOf(web, req, res);
    const entered = await letInLinked(ground, sessions, proof, from);
    if (entered) return goOn(web, res, entered, proof.target);
    // Whose address it is, is told to nobody for whom it is not vouched.
    const place = proof.address === null ? null : await placeForNew(ground.db.read, proof.address);
    await putOffer(ground, from.browser, place ? proof : { ...proof, address: null });
    res.redirect(303, offerPath);
  };

  router.get(offerPath, (req, res) =>
    answered(req, res, null, async () => {
      const offer = await readOffer(ground, web.csrf.browser(req, res));
      if (offer.link) throw upstreamErrors('upstream.offerGone');
      sendOffer(web, req, res, offer);
    }),
  );

  router.post(offerPath, async (req, res) => {
    await limitBack();
    await answered(req, res, null, async () => {
      const from = await browserOf(web, req, res);
      const asked = await readOffer(ground, from.browser);
      if (asked.link || asked.offered.address === null || asked.id !== formOf(req).get('offer')) {
        throw upstreamErrors('upstream.offerGone');
      }
      goOn(web, res, await registerOffered(ground, sessions, asked, from), asked.offered.target);
    });
  });

  router.post(`${offerPath}/decline`, async (req, res) => {
    await dropOffer(ground, web.csrf.browser(req, res));
    res.redirect(303, '/signin');
  });

  return router;
}

/** Writes a refusal into the trail of the reserved organisation, unless it has its record: it is nobody's yet. */
function recordUpstream({ ground }: Web, error: unknown, eventName: string, providerId: string | null): void {
  if (!(error instanceof CarillonError)) return;
  const { organisationId, accountId } = nobodys;
  const requestParameters = { accountId, ...(providerId !== null && { providerId: providerId.slice(0, 64) }) };
  ground.trail.refused({ eventName, organisationId, accountId, requestParameters }, error);
}
