import { Router } from 'express';
import type { Request, Response } from 'express';
import { formOf } from '../../platform/http/pages/app.ts';
import { deleteAccount } from '../../users/lifecycle/delete-account.ts';
import { wouldDeleteAccount } from '../../users/lifecycle/would-end.ts';
import { type Fault, faultOf } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { homePath } from '../paths.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { deleteView } from './delete-view.ts';
import { texts } from './texts.ts';

/** `/console/accounts/{id}/delete`: the guide's "Delete Your Account". */
export function accountDeletionRoutes({ ground, upstairs }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const path = '/console/accounts/:accountId/delete';

  const ask = async (req: Request, res: Response, typed = '', fault?: Fault): Promise<void> => {
    const place = placeOf(req);
    const deletion = await wouldDeleteAccount(ground.db.read, place.account);
    const body = deleteView({ place, deletion, keepDays: ground.config.keepDeletedDays, typed, fault });
    const title = texts.removeTitle(place.account.name);
    show(req, res, { title, part: 'overview', body, status: fault?.status ?? 200 });
  };

  router.get(path, (req, res) => ask(req, res));

  router.post(path, async (req, res) => {
    const confirmation = formOf(req).get('confirmation') ?? '';
    try {
      await deleteAccount(ground, upstairs, placeOf(req).scope, confirmation);
      done(res, homePath, 'accountDeleted');
    } catch (error) {
      await ask(req, res, confirmation, faultOf(error));
    }
  });
  return router;
}
