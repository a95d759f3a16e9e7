import { Router } from 'express';
import type { Request } from 'express';
import { listAccounts } from '../../accounts/accounts/accounts.ts';
import { listTrail } from '../../trail/list.ts';
import { presentRecord } from '../../trail/present.ts';
import type { TrailRecord } from '../../trail/record.entity.ts';
import { visitOf } from '../guard.ts';
import { queried } from '../parts.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';
import { Verifications, verifyPath } from './verification.ts';
import { changesOnly, type Filter, trailPath, trailView } from './view.ts';

const pageSize = 50;

interface Found {
  filter: Filter;
  before: string;
  records: TrailRecord[];
  more: boolean;
}

/** `/console/trail`: the records of the visitor's organisation, as a page and as JSON. */
export function trailRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, trail } = ground;
  const verifications = new Verifications(ground);

  const find = async (req: Request): Promise<Found> => {
    const organisationId = visitOf(req).organisation.id;
    const [eventName = '', account = '', kind = '', before = ''] = ['eventName', 'account', 'kind', 'before'].map(
      (name) => queried(req.query[name]).trim(),
    );
    const found = await listTrail(ground, {
      organisationId,
      eventName,
      accountId: account,
      before,
      changesOnly: kind === changesOnly,
      limit: pageSize + 1,
    });
    trail.observed({ eventName: 'LookupEvents', organisationId });
    const filter = { eventName, account, kind: kind === changesOnly ? kind : '' };
    return { filter, before, records: found.slice(0, pageSize), more: found.length > pageSize };
  };

  router.get(trailPath, async (req, res) => {
    const { organisation, csrf } = visitOf(req);
    const accounts = await listAccounts(db.read, organisation.id);
    const proof = await verifications.view(organisation.id, csrf);
    show(req, res, { title: texts.title, part: 'trail', body: trailView({ accounts, proof, ...(await find(req)) }) });
  });

  router.post(verifyPath, (req, res) => {
    const organisationId = visitOf(req).organisation.id;
    verifications.begin(organisationId);
    trail.observed({ eventName: 'VerifyTrail', organisationId, readOnly: true });
    done(res, trailPath, 'verifying');
  });

  router.get(`${trailPath}.json`, async (req, res) => {
    const { records } = await find(req);
    res.json({ Records: records.map(presentRecord) });
  });
  return router;
}
