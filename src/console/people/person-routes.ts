import { Router } from 'express';
import type { Request } from 'express';
import { unlinkIdentity } from '../../auth/connectors/openid/unlink.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import {
  activateUser,
  keepsAccount,
  removeUser,
  requireSuspending,
  requireUser,
  signOutUser,
  suspendUser,
} from '../../users/lifecycle/administer.ts';
import { assignLicence } from '../../users/lifecycle/licence.ts';
import { confirmation } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { readPerson } from './person.ts';
import { nameOf, personView } from './person-view.ts';
import { texts } from './texts.ts';

/** `/console/accounts/{id}/people/{userId}`: one person, and what an administrator does about them. */
export function personRoutes(web: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { ground } = web;
  const path = '/console/accounts/:accountId/people/:userId' as const;

  router.get(path, async (req, res) => {
    const place = placeOf(req as Request);
    const { userId } = req.params;
    const person = await readPerson(web, place.scope, userId);
    const requestParameters = { accountId: place.scope.accountId, userId };
    ground.trail.observed({ eventName: 'GetUser', ...place.scope, requestParameters });
    show(req as Request, res, { title: nameOf(person), part: 'people', body: personView(place, person) });
  });

  router.post(`${path}/sign-out`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    await signOutUser(ground, scope, req.params.userId);
    done(res, `${base}/people/${req.params.userId}`, 'signedOut');
  });

  router.get(`${path}/suspend`, async (req, res) => {
    const { scope, base, csrf } = placeOf(req as Request);
    const user = await requireUser(ground.db.read, scope, req.params.userId);
    await requireSuspending(ground.db.read, scope);
    const body = confirmation({
      csrf,
      action: `${base}/people/${user.id}/suspend`,
      says: texts.suspendSays,
      label: texts.suspendButton,
      cancel: `${base}/people/${user.id}`,
    });
    const title = texts.suspendTitle(user.displayName || user.userName);
    show(req as Request, res, { title, part: 'people', body });
  });

  router.post(`${path}/suspend`, async (req, res) => {
    const { scope, base, visit } = placeOf(req as Request);
    await suspendUser(ground, scope, req.params.userId, visit.administrator.id);
    done(res, `${base}/people/${req.params.userId}`, 'suspended');
  });

  router.get(`${path}/remove`, async (req, res) => {
    const { scope, base, csrf } = placeOf(req as Request);
    const user = await requireUser(ground.db.read, scope, req.params.userId);
    const body = confirmation({
      csrf,
      action: `${base}/people/${user.id}/remove`,
      says: (await keepsAccount(ground.db.read, user)) ? texts.leaves : texts.removeSays(ground.config.keepDeletedDays),
      label: texts.removeButton,
      cancel: `${base}/people/${user.id}`,
    });
    const title = texts.removeTitle(user.displayName || user.userName);
    show(req as Request, res, { title, part: 'people', body });
  });

  router.post(`${path}/remove`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    const keeps = await removeUser(ground, web.upstairs, scope, req.params.userId);
    done(res, `${base}/people`, keeps ? 'leftAccount' : 'removed');
  });

  router.post(`${path}/licence`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    await assignLicence(ground, scope, req.params.userId, formOf(req as Request).get('licence'));
    done(res, `${base}/people/${req.params.userId}`, 'licenceAssigned');
  });

  router.post(`${path}/activate`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    await activateUser(ground, scope, req.params.userId);
    done(res, `${base}/people/${req.params.userId}`, 'activated');
  });

  router.post(`${path}/identities/:identityId/unlink`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    const { userId, identityId } = req.params;
    await unlinkIdentity(ground, scope, userId, identityId);
    done(res, `${base}/people/${userId}`, 'unlinked');
  });
  return router;
}
