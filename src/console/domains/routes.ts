import { Router } from 'express';
import type { Request, Response } from 'express';
import { claimDomain, listDomains, requireDomain } from '../../accounts/domains/domains.ts';
import { verifyDomain } from '../../accounts/domains/verify.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { loseDomain, removeDomain } from '../../users/lifecycle/domains.ts';
import { confirmation, type Fault, faultOf } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { removalSays } from './removal.ts';
import { texts } from './texts.ts';
import { domainsView, type Looked, outcomeText, shownDomain } from './view.ts';

interface Answer {
  typed?: string;
  looked?: Looked;
  fault?: Fault;
  flash?: Html;
}

/** `/console/accounts/{id}/domains`: claim, verify, remove. */
export function domainRoutes({ ground, dns }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, trail } = ground;
  const path = '/console/accounts/:accountId/domains';

  const list = async (req: Request, res: Response, { fault, flash, ...rest }: Answer = {}): Promise<void> => {
    const place = placeOf(req);
    const domains = await listDomains(db.read, place.scope.accountId);
    const body = domainsView({ place, domains, ...rest, fault });
    const status = fault?.status ?? 200;
    show(req, res, { title: texts.title, part: 'domains', body, status, ...(flash && { flash }) });
  };

  router.get(path, async (req, res) => {
    trail.observed({ eventName: 'ListDomains', ...placeOf(req).scope });
    await list(req, res);
  });

  router.post(path, async (req, res) => {
    const { scope, base } = placeOf(req);
    const domain = formOf(req).get('domain') ?? '';
    try {
      await claimDomain(ground, scope.organisationId, scope.accountId, { domain });
      done(res, `${base}/domains`, 'domainClaimed');
    } catch (error) {
      await list(req, res, { typed: domain, fault: faultOf(error) });
    }
  });

  /** Answers with the page itself: what each server said is shown once, and kept nowhere. */
  router.post(`${path}/:domainId/verify`, async (req, res) => {
    const at = { ...placeOf(req as Request).scope, domainId: req.params.domainId };
    try {
      const { domain, answer } = await verifyDomain(ground, dns, loseDomain(ground), at);
      const name = shownDomain(domain.name);
      const found = domain.lastOutcome === 'found';
      const text = found ? texts.nowVerified(name) : texts.notYet(name, outcomeText(domain.lastOutcome));
      const flash = html`<p class="flash ${found ? 'good' : 'warn'}" role="status">${text}</p>`;
      await list(req as Request, res, { looked: { domainId: domain.id, answer }, flash });
    } catch (error) {
      await list(req as Request, res, { fault: faultOf(error) });
    }
  });

  router.get(`${path}/:domainId/remove`, async (req, res) => {
    const { scope, base, csrf } = placeOf(req as Request);
    const domain = await requireDomain(db.read, scope.organisationId, scope.accountId, req.params.domainId);
    const body = confirmation({
      csrf,
      action: `${base}/domains/${domain.id}/remove`,
      says: await removalSays(db.read, domain),
      label: texts.removeButton,
      cancel: `${base}/domains`,
    });
    show(req as Request, res, { title: texts.removeTitle(shownDomain(domain.name)), part: 'domains', body });
  });

  router.post(`${path}/:domainId/remove`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    await removeDomain(ground, { ...scope, domainId: req.params.domainId });
    done(res, `${base}/domains`, 'domainRemoved');
  });
  return router;
}
