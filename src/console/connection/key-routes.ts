import { Router } from 'express';
import type { Request, Response } from 'express';
import { connectionOf } from '../../auth/connectors/openid/settings.ts';
import { authErrors } from '../../auth/errors.ts';
import { directoryErrors } from '../../directory/errors.ts';
import type { ScimKey } from '../../directory/scim/keys/key.entity.ts';
import { createScimKey, listScimKeys, revokeScimKey } from '../../directory/scim/keys/keys.ts';
import { rotateScimKey } from '../../directory/scim/keys/rotate.ts';
import { iso } from '../../platform/clock/clock.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { confirmation, type Fault, faultOf } from '../forms.ts';
import { type Place, placeOf } from '../guard.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { showConnection } from './page.ts';
import { texts } from './texts.ts';
import { newKeyView, rotationView, type TypedKey } from './key-view.ts';

/** `/console/accounts/{id}/connection/keys`: the access keys with which a directory pushes. */
export function keyRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, config } = ground;
  const path = '/console/accounts/:accountId/connection/keys';

  const keyOf = async ({ scope }: Place, keyId: string): Promise<ScimKey> => {
    const key = (await listScimKeys(db.read, scope.accountId)).find(({ id }) => id === keyId);
    if (!key) throw directoryErrors('scimKey.notFound');
    return key;
  };

  /** Answers with the key itself: a redirect would have to carry it in an address. */
  router.post(path, async (req, res) => {
    const place = placeOf(req);
    const typedKey = typedOf(req);
    try {
      const connection = await connectionOf(db.read, place.scope.accountId);
      if (!connection) throw authErrors('connection.notFound');
      const { key, token } = await createScimKey(ground, { ...place.scope, connectionId: connection.id }, typedKey);
      const body = newKeyView(place, config.publicUrl, key.name, token);
      show(req, res, { title: texts.newKeyTitle, part: 'connection', body });
    } catch (error) {
      await showConnection(ground, req, res, { typedKey, fault: faultOf(atField(error)) });
    }
  });

  const showRotation = async (req: Request, res: Response, typed?: TypedKey, fault?: Fault): Promise<void> => {
    const place = placeOf(req);
    const key = await keyOf(place, String(req.params['keyId']));
    const body = rotationView(place, key, typed, fault);
    show(req, res, { title: texts.rotateTitle(key.name), part: 'connection', body, status: fault?.status ?? 200 });
  };

  router.get(`${path}/:keyId/rotate`, (req, res) => showRotation(req as Request, res));

  router.post(`${path}/:keyId/rotate`, async (req, res) => {
    const place = placeOf(req as Request);
    const typed = typedOf(req as Request);
    try {
      const { key, token, old } = await rotateScimKey(ground, place.scope, req.params.keyId, typed);
      const ends = texts.oldKeyEnds(old.name, iso(old.revokedAt ?? old.expiresAt ?? key.createdAt));
      const body = newKeyView(place, config.publicUrl, key.name, token, ends);
      show(req as Request, res, { title: texts.newKeyTitle, part: 'connection', body });
    } catch (error) {
      await showRotation(req as Request, res, typed, faultOf(atField(error)));
    }
  });

  router.get(`${path}/:keyId/revoke`, async (req, res) => {
    const place = placeOf(req as Request);
    const { base, csrf } = place;
    const key = await keyOf(place, req.params.keyId);
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

function typedOf(req: Request): Required<TypedKey> {
  const form = formOf(req);
  const given = (name: string): string => form.get(name) ?? '';
  return { name: given('keyName'), expires: given('keyExpires'), overlap: given('overlap') };
}

/** What the verbs call `name` and `expires` has longer names on these pages, which have other fields. */
const fields = new Map([
  ['name', 'keyName'],
  ['expires', 'keyExpires'],
]);

function atField(error: unknown): unknown {
  const field = error instanceof CarillonError && error.field ? fields.get(error.field) : undefined;
  if (!(error instanceof CarillonError) || !field) return error;
  return new CarillonError(error.code, error.kind, error.message, { field });
}
