import { type Request, type Response, Router } from 'express';
import { requireFactorAtDirectory, requireFactorInAccount } from '../../auth/people/require-factor.ts';
import { resetFactors } from '../../auth/people/reset-factors.ts';
import { requireDirectory } from '../../directory/ldap/directories.ts';
import { requireUser } from '../../users/lifecycle/administer.ts';
import { confirmation } from '../forms.ts';
import { placeOf } from '../guard.ts';
import { recently } from '../recently.ts';
import { done, type Part, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';

interface Asked {
  title: string;
  part: Part;
  says: readonly string[];
  label: string;
  cancel: string;
}

/** Asks, on a page of its own, before the same address is posted to. */
const ask = (req: Request, res: Response, { title, part, says, label, cancel }: Asked): void => {
  const body = confirmation({ csrf: placeOf(req).csrf, action: req.path, says, label, cancel });
  show(req, res, { title, part, body });
};

/** Of whom a second factor is required, and taking a person's away. Each of these needs a proof of the last minutes. */
export function secondFactorRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { read } = ground.db;
  const account = '/console/accounts/:accountId';
  const directory = `${account}/directory/:directoryId`;
  const person = `${account}/people/:userId`;

  for (const required of [true, false]) {
    const name = required ? 'require-factor' : 'relax-factor';
    const title = required ? texts.requireTitle : texts.relaxTitle;
    const label = required ? texts.requireButton : texts.relaxButton;
    const flash = required ? 'personFactorRequired' : 'personFactorOptional';

    router.get(`${account}/${name}`, (req, res) => {
      if (!recently(req, res)) return;
      const says = required ? texts.requireSays : texts.relaxAccount;
      ask(req, res, { title, part: 'overview', says, label, cancel: placeOf(req).base });
    });

    router.post(`${account}/${name}`, async (req, res) => {
      if (!recently(req, res)) return;
      const { scope, base } = placeOf(req);
      await requireFactorInAccount(ground, scope, required);
      done(res, base, flash);
    });

    router.get(`${directory}/${name}`, async (req, res) => {
      if (!recently(req, res)) return;
      const { scope, base } = placeOf(req);
      const { id } = await requireDirectory(read, scope, req.params.directoryId);
      const says = required ? texts.requireSays : texts.relaxDirectory;
      ask(req, res, { title, part: 'directory', says, label, cancel: `${base}/directory/${id}` });
    });

    router.post(`${directory}/${name}`, async (req, res) => {
      if (!recently(req, res)) return;
      const { scope, base } = placeOf(req);
      const { id } = await requireDirectory(read, scope, req.params.directoryId);
      await requireFactorAtDirectory(ground, scope, id, required);
      done(res, `${base}/directory/${id}`, flash);
    });
  }

  router.get(`${person}/reset-factors`, async (req, res) => {
    if (!recently(req, res)) return;
    const { scope, base } = placeOf(req);
    const user = await requireUser(read, scope, req.params.userId);
    const title = texts.resetTitle(user.displayName || user.userName);
    const cancel = `${base}/people/${user.id}`;
    ask(req, res, { title, part: 'people', says: texts.resetSays, label: texts.resetButton, cancel });
  });

  router.post(`${person}/reset-factors`, async (req, res) => {
    if (!recently(req, res)) return;
    const { scope, base } = placeOf(req);
    const user = await requireUser(read, scope, req.params.userId);
    await resetFactors(ground, scope, user.id);
    done(res, `${base}/people/${user.id}`, 'personFactorsReset');
  });
  return router;
}
