import { Router } from 'express';
import type { NextFunction, Request, Response } from 'express';
import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { personal } from '../../trail/people/personal.ts';
import { entitlements } from '../../users/entitlement/entitlement.ts';
import { causesOfMany } from '../../users/details.ts';
import { requireUser } from '../../users/lifecycle/administer.ts';
import { activateOnTheirOwn, suspendOnTheirOwn } from '../../users/lifecycle/on-their-own.ts';
import { listUsers } from '../../users/list.ts';
import { personMeant } from '../../users/meant.ts';
import { confirmation, type Fault, faultOf } from '../forms.ts';
import { visitOf } from '../guard.ts';
import { queried } from '../parts.ts';
import { noAccountPath } from '../paths.ts';
import { recently } from '../recently.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';
import { noAccountView, suspendView } from './view.ts';

const part = 'noAccount';
const pageSize = 50;

/**
 * `/console/no-account`: the people who are in no account, for the organisation that looks after the installation
 * (OPERATOR_ORGANISATION); for every other there is no such page.
 */
export function noAccountRoutes({ ground }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { db, trail } = ground;
  const one = `${noAccountPath}/:userId` as const;

  router.use(noAccountPath, (req: Request, _res: Response, next: NextFunction) =>
    visitOf(req).isOperator ? next() : next('router'),
  );

  router.get(noAccountPath, async (req, res) => {
    const search = queried(req.query['search']).trim();
    const after = queried(req.query['after']);
    const about = search === '' ? undefined : await personMeant(db.read, nobodys, search);
    trail.observed({
      eventName: 'ListUsers',
      ...nobodys,
      ...(about !== undefined && { about }),
      requestParameters: { ...(search && { search: personal(search.slice(0, 320)) }) },
    });
    const { accountId } = nobodys;
    const { users, more } = await listUsers(db.read, { accountId, search, after, limit: pageSize });
    const ids = users.map(({ id }) => id);
    const rights = await entitlements(db.read, ids);
    const causes = new Map((await causesOfMany(db.read, ids)).map((cause) => [cause.userId, cause]));
    const body = noAccountView({ search, paged: after !== '', users, more, rights, causes });
    show(req, res, { title: texts.title, part, body });
  });

  const suspend = async (req: Request, res: Response, userId: string, reason = '', fault?: Fault): Promise<void> => {
    const { id, primaryAddress } = await requireUser(db.read, nobodys, userId);
    const body = suspendView({ csrf: visitOf(req).csrf, userId: id, reason, fault });
    show(req, res, { title: texts.suspendTitle(primaryAddress), part, body, status: fault?.status ?? 200 });
  };

  router.get(`${one}/suspend`, async (req, res) => {
    if (recently(req as Request, res)) await suspend(req as Request, res, req.params.userId);
  });

  router.post(`${one}/suspend`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    const { userId } = req.params;
    const reason = formOf(req as Request).get('reason') ?? '';
    try {
      await suspendOnTheirOwn(ground, userId, { by: visitOf(req as Request).administrator.id, reason });
    } catch (error) {
      await suspend(req as Request, res, userId, reason.slice(0, 500), faultOf(error));
      return;
    }
    done(res, noAccountPath, 'suspendedOwn');
  });

  router.get(`${one}/activate`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    const { id, primaryAddress } = await requireUser(db.read, nobodys, req.params.userId);
    const body = confirmation({
      csrf: visitOf(req as Request).csrf,
      action: `${noAccountPath}/${id}/activate`,
      says: texts.activateSays,
      label: texts.activateButton,
      cancel: noAccountPath,
    });
    show(req as Request, res, { title: texts.activateTitle(primaryAddress), part, body });
  });

  router.post(`${one}/activate`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    await activateOnTheirOwn(ground, req.params.userId);
    done(res, noAccountPath, 'activatedOwn');
  });
  return router;
}
