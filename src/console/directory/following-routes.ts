import { type Request, type Response, Router } from 'express';
import { requireDirectory } from '../../directory/ldap/directories.ts';
import { ldapErrors } from '../../directory/ldap/errors.ts';
import { approveHeld, heldShown, listHeld, requestRead } from '../../directory/ldap/sync/approve.ts';
import { followingOf } from '../../directory/ldap/sync/status.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { type Fault, faultOf } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { queried } from '../parts.ts';
import { recently } from '../recently.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { heldView } from './following-view.ts';
import { texts } from './texts.ts';

/** People of a page. */
const pageSize = 100;

/** `/console/accounts/{id}/directory/{id}/held` and `…/read`: what waits for an administrator, and a read that one wants. */
export function directoryFollowingRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { read } = ground.db;
  const path = '/console/accounts/:accountId/directory/:directoryId';

  /** @throws directory.notFound, directory.notConnected */
  const connected = async (req: Request) => {
    const { scope } = placeOf(req);
    const directory = await requireDirectory(read, scope, String(req.params['directoryId']));
    if (directory.connectedAt === null) throw ldapErrors('directory.notConnected');
    return { directory, scope: { ...scope, connectionId: directory.id } };
  };

  const list = async (req: Request, res: Response, fault?: Fault): Promise<void> => {
    const { directory, scope } = await connected(req);
    const { organisationId, accountId } = scope;
    const typed = queried(req.query['from']);
    const from = /^\d{1,7}$/.test(typed) ? Number(typed) : 0;
    const { waiting, approved } = await followingOf(read, scope);
    // Before the list: whoever comes in between makes the approval ask again.
    const shown = await heldShown(read, scope);
    const held = await listHeld(read, scope, { limit: pageSize, offset: from });
    const requestParameters = { directoryId: directory.id };
    ground.trail.observed({ eventName: 'ListHeldDirectoryChanges', organisationId, accountId, requestParameters });
    const waits = waiting.entry + waiting.member;
    const total = waits + approved;
    const next = from + held.length < total && held.length > 0 ? from + held.length : undefined;
    const body = heldView({ place: placeOf(req), directory, held, shown, waiting: waits, total, from, next, fault });
    const title = texts.heldTitle(directory.name);
    show(req, res, { title, part: 'directory', body, status: fault?.status ?? 200 });
  };

  router.get(`${path}/held`, (req, res) => list(req as Request, res));

  router.post(`${path}/held`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    const { visit, base } = placeOf(req as Request);
    const { directory, scope } = await connected(req as Request);
    const form = formOf(req as Request);
    const seen = { digest: form.get('shown') ?? '' };
    try {
      await approveHeld(ground, scope, visit.administrator.id, seen);
      done(res, `${base}/directory/${directory.id}`, 'directoryApproved');
    } catch (error) {
      await list(req as Request, res, faultOf(error));
    }
  });

  router.post(`${path}/read`, async (req, res) => {
    const { base } = placeOf(req as Request);
    const { directory, scope } = await connected(req as Request);
    await requestRead(ground, scope);
    done(res, `${base}/directory/${directory.id}`, 'directoryReading');
  });
  return router;
}
