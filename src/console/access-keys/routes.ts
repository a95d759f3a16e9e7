import { Router } from 'express';
import type { Request, Response } from 'express';
import {
  createAccessKey,
  deleteAccessKey,
  type KeyOwner,
  keysPerAdministrator,
  listAccessKeys,
  setAccessKeyActive,
} from '../../access/keys/keys.ts';
import { accessErrors } from '../../access/errors.ts';
import { confirmation, type Fault, faultOf } from '../forms.ts';
import { visitOf } from '../guard.ts';
import { recently } from '../recently.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';
import { accessKeysPath, accessKeysView, newAccessKeyView } from './view.ts';

/** `/console/access-keys`: the visitor's own access keys, and nobody else's. */
export function accessKeyRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, config, trail } = ground;

  const list = async (req: Request, res: Response, fault?: Fault): Promise<void> => {
    const keys = await listAccessKeys(db.read, ownerOf(req));
    const room = keys.length < keysPerAdministrator;
    const body = accessKeysView({ csrf: visitOf(req).csrf, keys, room, fault });
    show(req, res, { title: texts.title, part: 'accessKeys', body, status: fault?.status ?? 200 });
  };

  router.get(accessKeysPath, async (req, res) => {
    const { organisationId, administratorId } = ownerOf(req);
    trail.observed({ eventName: 'ListAccessKeys', organisationId, requestParameters: { administratorId } });
    await list(req, res);
  });

  /** Answers with the secret itself: a redirect would have to carry it in an address. */
  router.post(accessKeysPath, async (req, res) => {
    if (!recently(req, res)) return;
    try {
      const { key, secret } = await createAccessKey(ground, ownerOf(req));
      const body = newAccessKeyView(config.publicUrl, key.id, secret);
      show(req, res, { title: texts.newTitle, part: 'accessKeys', body });
    } catch (error) {
      await list(req, res, faultOf(error));
    }
  });

  const turn = (verb: string, active: boolean, said: string): void => {
    router.post(`${accessKeysPath}/:accessKeyId/${verb}`, async (req, res) => {
      await setAccessKeyActive(ground, ownerOf(req as Request), req.params['accessKeyId'], active);
      done(res, accessKeysPath, said);
    });
  };
  turn('deactivate', false, 'accessKeyOff');
  turn('activate', true, 'accessKeyOn');

  router.get(`${accessKeysPath}/:accessKeyId/delete`, async (req, res) => {
    const keys = await listAccessKeys(db.read, ownerOf(req as Request));
    const key = keys.find(({ id }) => id === req.params.accessKeyId);
    if (!key) throw accessErrors('accessKey.notFound');
    const body = confirmation({
      csrf: visitOf(req as Request).csrf,
      action: `${accessKeysPath}/${key.id}/delete`,
      says: [texts.deleteSays],
      label: texts.deleteButton,
      cancel: accessKeysPath,
    });
    show(req as Request, res, { title: texts.deleteTitle(key.id), part: 'accessKeys', body });
  });

  router.post(`${accessKeysPath}/:accessKeyId/delete`, async (req, res) => {
    await deleteAccessKey(ground, ownerOf(req as Request), req.params.accessKeyId);
    done(res, accessKeysPath, 'accessKeyDeleted');
  });
  return router;
}

function ownerOf(req: Request): KeyOwner {
  const { administrator } = visitOf(req);
  return { organisationId: administrator.organisationId, administratorId: administrator.id };
}
