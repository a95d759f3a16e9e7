import { Router } from 'express';
import type { Request } from 'express';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { authErrors } from '../../auth/errors.ts';
import { directoryErrors } from '../../directory/errors.ts';
import { createScimKey, listScimKeys, revokeScimKey } from '../../directory/scim/keys/keys.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { confirmation, faultOf } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { showConnection } from './page.ts';
import { texts } from './texts.ts';
import { newKeyView } from './view.ts';

/** `/console/accounts/{id}/connection/keys`: the access keys with which a directory pushes. */
export function keyRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, config } = ground;
  const path = '/console/accounts/:accountId/connection/keys';

  /** Answers with the key itself: a redirect would have to carry it in an address. */
  router.post(path, async (req, res) => {
    const place = placeOf(req);
    const name = formOf(req).get('keyName') ?? '';
    try {
      const connection = await connectionOf(db.read, place.scope.accountId);
      if (!connection) throw authErrors('connection.notFound');
      const { key, token } = await createScimKey(ground, { ...place.scope, connectionId: connection.id }, { name });
      const body = newKeyView(place, config.publicUrl, key.name, token);
      show(req, res, { title: texts.newKeyTitle, part: 'connection', body });
    } catch (error) {
      await showConnection(ground, req, res, { typedKey: name, fault: faultOf(atField(error)) });
    }
  });

  router.get(`${path}/:keyId/revoke`, async (req, res) => {
    const { scope, base, csrf } = placeOf(req as Request);
    const key = (await listScimKeys(db.read, scope.accountId)).find(({ id }) => id === req.params.keyId);
    if (!key) throw directoryErrors('scimKey.notFound');
    const body = confirmation({
      csrf,
      action: `${base}/connection/keys/${key.id}/revoke`,
      says: [texts.revokeSays],
      label: texts.revokeButton,
      cancel: `${base}/connection`,
    });
    show(req as Request, res, { title: texts.revokeTitle(key.name), part: 'connection', body });
  });

  router.post(`${path}/:keyId/revoke`, async (req, res) => {
    const { scope, base } = placeOf(req as Request);
    await revokeScimKey(ground, scope, req.params.keyId);
    done(res, `${base}/connection`, 'keyRevoked');
  });
  return router;
}

/** The verb calls the name `name`; on this page, which has other fields, it is `keyName`. */
function atField(error: unknown): unknown {
  if (!(error instanceof CarillonError) || error.field !== 'name') return error;
  return new CarillonError(error.code, error.kind, error.message, { field: 'keyName' });
}
