import { type Request, Router } from 'express';
import { connectDirectory } from '../../auth/connectors/ldap/connect.ts';
import { disconnectDirectory } from '../../auth/connectors/ldap/disconnect.ts';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { authErrors } from '../../auth/errors.ts';
import { connectedDirectory, requireDirectory } from '../../directory/ldap/directories.ts';
import { ldapErrors } from '../../directory/ldap/errors.ts';
import { unauthoriseDirectory } from '../../directory/ldap/settings/unauthorise.ts';
import { wouldDisconnect } from '../../users/lifecycle/would-end.ts';
import { lostByConnecting } from '../../users/lifecycle/would-lose.ts';
import { confirmation } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';

/** `/console/accounts/{id}/directory/{id}/…`: connecting, disconnecting and removing, each after saying what it does. */
export function directoryConnectRoutes({ ground, ldap }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { read } = ground.db;
  const path = '/console/accounts/:accountId/directory/:directoryId';

  router.get(`${path}/connect`, async (req, res) => {
    const { scope, base, csrf } = placeOf(req as Request);
    const { id, name } = await requireDirectory(read, scope, req.params.directoryId);
    const other = (await connectedDirectory(read, scope.accountId)) ?? (await connectionOf(read, scope.accountId));
    if (other) throw authErrors('connection.otherSource');
    const body = confirmation({
      csrf,
      action: `${base}/directory/${id}/connect`,
      says: texts.connectSays(await lostByConnecting(read, scope.accountId)),
      label: texts.connectButton,
      cancel: `${base}/directory/${id}`,
    });
    show(req as Request, res, { title: texts.connectTitle(name), part: 'directory', body });
  });

  router.post(`${path}/connect`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    await connectDirectory(ground, ldap, scope, req.params.directoryId);
    done(res, `${base}/groups`, 'directoryConnected');
  });

  router.get(`${path}/disconnect`, async (req, res) => {
    const { scope, base, csrf } = placeOf(req as Request);
    const { id, name, connectedAt } = await requireDirectory(read, scope, req.params.directoryId);
    if (connectedAt === null) throw ldapErrors('directory.notConnected');
    const body = confirmation({
      csrf,
      action: `${base}/directory/${id}/disconnect`,
      says: texts.disconnectSays(await wouldDisconnect(read, scope.accountId), ground.config),
      label: texts.disconnectButton,
      cancel: `${base}/directory/${id}`,
    });
    show(req as Request, res, { title: texts.disconnectTitle(name), part: 'directory', body });
  });

  router.post(`${path}/disconnect`, async (req, res) => {
    const { scope, base, visit } = placeOf(req as Request);
    await requireDirectory(read, scope, req.params.directoryId);
    await disconnectDirectory(ground, ldap, scope, visit.administrator.id);
    done(res, `${base}/directory`, 'directoryDisconnected');
  });

  router.get(`${path}/remove`, async (req, res) => {
    const { scope, base, csrf } = placeOf(req as Request);
    const { id, name, connectedAt } = await requireDirectory(read, scope, req.params.directoryId);
    if (connectedAt !== null) throw ldapErrors('directory.isConnected');
    const body = confirmation({
      csrf,
      action: `${base}/directory/${id}/remove`,
      says: [texts.removeSays],
      label: texts.removeButton,
      cancel: `${base}/directory/${id}`,
    });
    show(req as Request, res, { title: texts.removeTitle(name), part: 'directory', body });
  });

  router.post(`${path}/remove`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    await unauthoriseDirectory(ground, ldap, scope, req.params.directoryId);
    done(res, `${base}/directory`, 'directoryRemoved');
  });
  return router;
}
