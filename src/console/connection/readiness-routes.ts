import { Router } from 'express';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { authErrors } from '../../auth/errors.ts';
import { readinessCounts, readinessKinds, readinessList } from '../../directory/readiness/readiness.ts';
import { placeOf } from '../guard.ts';
import { queried } from '../parts.ts';
import { show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { readinessTexts as texts } from './readiness-texts.ts';
import { countsView, listView } from './readiness-view.ts';

const pageSize = 50;

/** `/console/accounts/{id}/connection/readiness`: who can sign in by single sign-on, and what keeps the others from it. */
export function readinessRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, trail } = ground;

  router.get('/console/accounts/:accountId/connection/readiness', async (req, res) => {
    const place = placeOf(req);
    const connection = await connectionOf(db.read, place.scope.accountId);
    if (!connection) throw authErrors('connection.notFound');
    const scope = { ...place.scope, connectionId: connection.id };
    trail.observed({ eventName: 'ListUsers', ...place.scope, requestParameters: { accountId: scope.accountId } });
    const kind = readinessKinds.find((name) => name === queried(req.query['list']));
    if (!kind) {
      const body = countsView(place, await readinessCounts(db.read, scope));
      show(req, res, { title: texts.title, part: 'connection', body });
      return;
    }
    const after = queried(req.query['after']);
    const found = await readinessList(db.read, scope, { kind, after, limit: pageSize });
    const body = listView(place, { kind, ...found, paged: after !== '' });
    show(req, res, { title: texts.lists[kind].title, part: 'connection', body });
  });
  return router;
}
