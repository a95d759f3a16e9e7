import { Router } from 'express';
import { listReceipts } from '../../users/lifecycle/receipts.ts';
import { placeOf } from '../guard.ts';
import { queried } from '../parts.ts';
import { show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';
import { receiptsView } from './view.ts';

const pageSize = 50;

/** `/console/accounts/{id}/receipts`: what was ended, and how fast. */
export function receiptRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });

  router.get('/console/accounts/:accountId/receipts', async (req, res) => {
    const place = placeOf(req);
    const { accountId } = place.scope;
    const before = queried(req.query['before']);
    ground.trail.observed({ eventName: 'ListReceipts', ...place.scope, requestParameters: { accountId } });
    const { receipts, more } = await listReceipts(ground.db.read, { accountId, before, limit: pageSize });
    show(req, res, {
      title: texts.title,
      part: 'receipts',
      body: receiptsView({ place, receipts, more, paged: before !== '' }),
    });
  });
  return router;
}
