import { Router } from 'express';
import type { Request, Response } from 'express';
import { changeTier, listGroups, requireMapping, unmapGroup } from '../../directory/groups/mappings.ts';
import { connectedDirectory } from '../../directory/ldap/directories.ts';
import { addGroup } from '../../directory/ldap/groups/add.ts';
import { goneGroupsOf } from '../../directory/ldap/groups/gone.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { lostByMapping } from '../../users/lifecycle/would-lose.ts';
import { confirmation, type Fault, faultOf } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';
import { groupsView, noTier } from './view.ts';

/** `/console/accounts/{id}/groups`: pushed groups and their permission tiers. */
export function groupRoutes({ ground, ldap }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, trail } = ground;
  const path = '/console/accounts/:accountId/groups';

  const list = async (
    req: Request,
    res: Response,
    { typed, fault }: { typed?: { groupName: string; tier: string }; fault?: Fault } = {},
  ): Promise<void> => {
    const place = placeOf(req);
    const { accountId } = place.scope;
    const directory = await connectedDirectory(db.read, accountId);
    const all = await listGroups(db.read, accountId);
    // Of a directory many groups may be read on the way to people: here are those that somebody has added.
    const groups = directory ? all.filter(({ mappingId }) => mappingId !== null) : all;
    const gone = directory ? await goneGroupsOf(db.read, directory.id) : new Set<string>();
    const body = groupsView({ place, groups, directory, gone, ...(typed && { typed }), fault });
    show(req, res, { title: texts.title, part: 'groups', body, status: fault?.status ?? 200 });
  };

  router.get(path, async (req, res) => {
    trail.observed({ eventName: 'ListGroups', ...placeOf(req).scope });
    await list(req, res);
  });

  router.post(path, async (req, res) => {
    const { scope, base } = placeOf(req);
    const form = formOf(req);
    const typed = { groupName: form.get('groupName') ?? '', tier: form.get('tier') ?? '' };
    if (typed.tier === noTier) {
      done(res, `${base}/groups`, 'groupUnchanged');
      return;
    }
    try {
      await addGroup(ground, ldap, scope, typed);
      done(res, `${base}/groups`, 'groupMapped');
    } catch (error) {
      await list(req, res, { typed, fault: faultOf(error) });
    }
  });

  router.post(`${path}/:mappingId`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    const { mappingId } = req.params;
    const tier = formOf(req as Request).get('tier');
    if (tier === noTier) {
      await requireMapping(db.read, scope, mappingId);
      res.redirect(303, `${base}/groups/${mappingId}/remove`);
      return;
    }
    try {
      await changeTier(ground, scope, mappingId, tier);
      done(res, `${base}/groups`, 'groupMapped');
    } catch (error) {
      await list(req as Request, res, { fault: faultOf(error) });
    }
  });

  router.get(`${path}/:mappingId/remove`, async (req, res) => {
    const { scope, base, csrf } = placeOf(req as Request);
    const mapping = await requireMapping(db.read, scope, req.params.mappingId);
    const body = confirmation({
      csrf,
      action: `${base}/groups/${mapping.id}/remove`,
      says: [texts.loss(await lostByMapping(db.read, scope.accountId, mapping.id))],
      label: texts.removeButton,
      cancel: `${base}/groups`,
    });
    show(req as Request, res, { title: texts.removeTitle(mapping.groupName), part: 'groups', body });
  });

  router.post(`${path}/:mappingId/remove`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    await unmapGroup(ground, scope, req.params.mappingId);
    done(res, `${base}/groups`, 'groupUnmapped');
  });
  return router;
}
