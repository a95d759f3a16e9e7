import { Router } from 'express';
import { personal } from '../../trail/people/personal.ts';
import { entitlements } from '../../users/entitlement/entitlement.ts';
import { departuresFrom } from '../../users/lifecycle/departures.ts';
import { listUsers } from '../../users/list.ts';
import { personMeant } from '../../users/meant.ts';
import { placeOf } from '../guard.ts';
import { queried } from '../parts.ts';
import { show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';
import { peopleView } from './view.ts';

const pageSize = 50;

/** `/console/accounts/{id}/people`: who is here, with what tier, and why. */
export function peopleRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, trail } = ground;

  router.get('/console/accounts/:accountId/people', async (req, res) => {
    const place = placeOf(req);
    const { accountId } = place.scope;
    const search = queried(req.query['search']).trim();
    const after = queried(req.query['after']);
    const about = search === '' ? undefined : await personMeant(db.read, place.scope, search);
    trail.observed({
      eventName: 'ListUsers',
      ...place.scope,
      ...(about !== undefined && { about }),
      requestParameters: { accountId, ...(search && { search: personal(search.slice(0, 320)) }) },
    });
    const { users, more } = await listUsers(db.read, { accountId, search, after, limit: pageSize });
    const rights = await entitlements(
      db.read,
      users.map(({ id }) => id),
    );
    const departures = await departuresFrom(db.read, accountId);
    const body = peopleView({ place, search, paged: after !== '', users, more, rights, departures });
    show(req, res, { title: texts.title, part: 'people', body });
  });
  return router;
}
