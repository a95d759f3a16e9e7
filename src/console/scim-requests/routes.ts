import { Router } from 'express';
import type { Request, Response } from 'express';
import { allKeysOf } from '../../directory/scim/inspector/keys.ts';
import { findRequest, listRequests } from '../../directory/scim/inspector/list.ts';
import { previewReplay, replayRequest } from '../../directory/scim/inspector/replay/replay.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { personal } from '../../trail/people/personal.ts';
import { personMeant } from '../../users/meant.ts';
import type { Fault } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { queried } from '../parts.ts';
import { recently } from '../recently.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { detailView, replayView } from './detail-view.ts';
import { type Filter, listView, methods, requestsPath } from './list-view.ts';
import { texts } from './texts.ts';

const pageSize = 50;

/** `/console/accounts/{id}/connection/requests`: what the directory sent, and doing it again. */
export function scimRequestRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const path = '/console/accounts/:accountId/connection/requests' as const;

  router.get(path, async (req, res) => {
    const place = placeOf(req as Request);
    const { scope } = place;
    const [who = '', key = '', outcome = '', method = '', before = ''] = [
      'who',
      'key',
      'outcome',
      'method',
      'before',
    ].map((name) => queried(req.query[name]).trim());
    const filter: Filter = {
      who,
      key,
      outcome: outcome === 'failed' || outcome === 'done' ? outcome : '',
      method: methods.includes(method) ? method : '',
    };
    const found = await listRequests(ground, {
      ...scope,
      who,
      keyId: key,
      outcome: (filter.outcome || undefined) as 'failed' | 'done' | undefined,
      method: filter.method,
      before,
      limit: pageSize,
    });
    const requestParameters = { accountId: scope.accountId, ...(who !== '' && { who: personal(who) }) };
    const about = who === '' ? undefined : await personMeant(ground.db.read, scope, who);
    ground.trail.observed({ eventName: 'ListScimRequests', ...scope, requestParameters, ...(about && { about }) });
    const keys = await allKeysOf(ground.db.read, scope);
    const body = listView({ place, keys, filter, before, ...found });
    show(req as Request, res, { title: texts.title, part: 'connection', body });
  });

  router.get(`${path}/:requestId`, async (req, res) => {
    const place = placeOf(req as Request);
    const { requestId } = req.params;
    const request = await findRequest(ground, place.scope, requestId);
    const requestParameters = { accountId: place.scope.accountId, requestId };
    ground.trail.observed({ eventName: 'GetScimRequest', ...place.scope, requestParameters });
    const body = detailView(place, request);
    show(req as Request, res, { title: texts.pageTitle(request), part: 'connection', body });
  });

  const preview = async (req: Request, res: Response, requestId: string, fault?: Fault): Promise<void> => {
    const place = placeOf(req);
    const shown = await previewReplay(ground, place.scope, requestId);
    const requestParameters = { accountId: place.scope.accountId, requestId };
    if (!fault) {
      const action = { eventName: 'PreviewScimRequestReplay', ...place.scope, readOnly: true, requestParameters };
      ground.trail.observed(action);
    }
    const body = replayView(place, shown, fault);
    show(req, res, { title: texts.replayTitle, part: 'connection', body, status: fault?.status ?? 200 });
  };

  router.get(`${path}/:requestId/replay`, async (req, res) => {
    if (recently(req as Request, res)) await preview(req as Request, res, req.params.requestId);
  });

  router.post(`${path}/:requestId/replay`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    const place = placeOf(req as Request);
    const { requestId } = req.params;
    try {
      await replayRequest(ground, place.scope, requestId, formOf(req as Request).get('effect') ?? '');
    } catch (error) {
      if (!(error instanceof CarillonError) || !shownAgain.has(error.code)) throw error;
      return preview(req as Request, res, requestId, error);
    }
    done(res, `${requestsPath(place)}/${requestId}`, 'replayed');
  });
  return router;
}

/** Refusals after which the effect is shown as it now is. */
const shownAgain = new Set(['scimRequest.changedSince', 'scimRequest.effectInvalid']);
