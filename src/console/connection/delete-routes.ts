import { Router } from 'express';
import { deleteConnection } from '../../auth/connectors/openid/disconnect.ts';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { authErrors } from '../../auth/errors.ts';
import { wouldDisconnect } from '../../users/lifecycle/would-end.ts';
import { confirmation } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';

/** `/console/accounts/{id}/connection/delete`: DeleteAccountOpenIdConfig, after saying what it does. */
export function disconnectRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const path = '/console/accounts/:accountId/connection/delete';

  router.get(path, async (req, res) => {
    const { scope, base, csrf } = placeOf(req);
    const { read } = ground.db;
    if (!(await connectionOf(read, scope.accountId))) throw authErrors('connection.notFound');
    const body = confirmation({
      csrf,
      action: `${base}/connection/delete`,
      says: texts.removeSays(await wouldDisconnect(read, scope.accountId)),
      label: texts.removeButton,
      cancel: `${base}/connection`,
    });
    show(req, res, { title: texts.removeTitle, part: 'connection', body });
  });

  router.post(path, async (req, res) => {
    const { scope, base, visit } = placeOf(req);
    await deleteConnection(ground, scope, visit.administrator.id);
    done(res, `${base}/connection`, 'connectionDeleted');
  });
  return router;
}
