import { Router } from 'express';
import type { Request, Response } from 'express';
import { factorsOfAdministrator } from '../../access/administrators/holder.ts';
import { hasFactor } from '../../auth/credentials/factors/factors.ts';
import {
  type Actor,
  inviteAdministrator,
  linkForAdministrator,
  listAdministrators,
  removeAdministrator,
  requireAdministrator,
  requireSecondFactor,
  resetAdministrator,
} from '../../access/administrators/manage.ts';
import { accessErrors } from '../../access/errors.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { html } from '../../platform/http/pages/html.ts';
import { alertOf, confirmation, type Fault, faultOf } from '../forms.ts';
import { type Visit, visitOf } from '../guard.ts';
import { administratorsPath } from '../paths.ts';
import { recently } from '../recently.ts';
import { done, show } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';
import { administratorsView, inviteView, type Listed, linkView, removeView } from './view.ts';

const part = 'administrators';
const actorOf = ({ administrator, organisation }: Visit): Actor => ({
  organisationId: organisation.id,
  actorId: administrator.id,
});

/** `/console/administrators`: who runs the organisation. All but the list needs a proof of the last minutes. */
export function administratorRoutes({ ground, sessions }: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { read } = ground.db;
  const one = `${administratorsPath}/:administratorId` as const;

  const listed = async (organisationId: string): Promise<Listed[]> => {
    const all: Listed[] = [];
    for (const administrator of await listAdministrators(read, organisationId)) {
      all.push({ administrator, factors: await factorsOfAdministrator(read, administrator.id) });
    }
    return all;
  };

  router.get(administratorsPath, async (req, res) => {
    const { organisation, administrator } = visitOf(req);
    ground.trail.observed({ eventName: 'ListAdministrators', organisationId: organisation.id });
    const list = await listed(organisation.id);
    const body = administratorsView({ organisation, listed: list, you: administrator.id });
    show(req, res, { title: texts.title, part, body });
  });

  router.get(`${administratorsPath}/new`, (req, res) => {
    if (recently(req, res)) invite(req, res);
  });

  router.post(`${administratorsPath}/new`, async (req, res) => {
    if (!recently(req, res)) return;
    const userName = formOf(req).get('userName') ?? '';
    try {
      const { administrator, link } = await inviteAdministrator(ground, actorOf(visitOf(req)), { userName });
      handOver(req, res, administrator.userName, link);
    } catch (error) {
      invite(req, res, userName, faultOf(error));
    }
  });

  /** Two addresses, so that a page that was open for long never does the opposite of what it says. */
  const policy = { require: `${administratorsPath}/require-factor`, relax: `${administratorsPath}/relax-factor` };

  router.get(policy.require, async (req, res) => {
    if (!recently(req, res)) return;
    const without = (await listed(visitOf(req).organisation.id)).filter(
      ({ administrator, factors }) => administrator.passwordHash !== null && !hasFactor(factors),
    );
    ask(req, res, texts.requireTitle, [texts.requireSays(without.length)], texts.policyButton);
  });

  router.get(policy.relax, (req, res) => {
    if (recently(req, res)) ask(req, res, texts.relaxTitle, [texts.relaxSays], texts.policyButton);
  });

  const change = (required: boolean) => async (req: Request, res: Response) => {
    if (!recently(req, res)) return;
    try {
      await requireSecondFactor(ground, sessions, actorOf(visitOf(req)), required);
      done(res, administratorsPath, required ? 'factorRequired' : 'factorOptional');
    } catch (error) {
      refused(req, res, texts.requireTitle, error);
    }
  };
  router.post(policy.require, change(true));
  router.post(policy.relax, change(false));

  router.get(`${one}/link`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    const { organisation } = visitOf(req as Request);
    const { userName } = await requireAdministrator(read, organisation.id, req.params.administratorId);
    ask(req as Request, res, texts.newLinkTitle(userName), [texts.newLinkSays], texts.newLinkButton);
  });

  router.post(`${one}/link`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    const by = actorOf(visitOf(req as Request));
    const { administrator, link } = await linkForAdministrator(ground, by, req.params.administratorId);
    handOver(req as Request, res, administrator.userName, link);
  });

  router.get(`${one}/reset`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    const { organisation } = visitOf(req as Request);
    const { userName } = await requireAdministrator(read, organisation.id, req.params.administratorId);
    ask(req as Request, res, texts.resetTitle(userName), texts.resetSays, texts.resetButton);
  });

  router.post(`${one}/reset`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    const by = actorOf(visitOf(req as Request));
    try {
      const { administrator, link } = await resetAdministrator(ground, sessions, by, req.params.administratorId);
      handOver(req as Request, res, administrator.userName, link);
    } catch (error) {
      refused(req as Request, res, texts.reset, error);
    }
  });

  const remove = async (req: Request, res: Response, id: string, fault?: Fault): Promise<void> => {
    const { organisation, administrator: you, csrf } = visitOf(req);
    const administrator = await requireAdministrator(read, organisation.id, id);
    const self = id === you.id;
    const open = await sessions.list({ ...administrator, accountEpoch: 0 });
    const body = removeView({ csrf, administrator, self, sessions: open.length, fault });
    const title = self ? texts.removeYourself : texts.removeTitle(administrator.userName);
    show(req, res, { title, part, body, status: fault?.status ?? 200 });
  };

  router.get(`${one}/remove`, async (req, res) => {
    if (recently(req as Request, res)) await remove(req as Request, res, req.params.administratorId);
  });

  router.post(`${one}/remove`, async (req, res) => {
    if (!recently(req as Request, res)) return;
    const visit = visitOf(req as Request);
    const { administratorId } = req.params;
    try {
      const typed = (formOf(req as Request).get('typed') ?? '').trim().toLowerCase();
      if (administratorId === visit.administrator.id && typed !== visit.administrator.userNameKey) {
        throw accessErrors('administrator.notTyped', { field: 'typed' });
      }
      await removeAdministrator(ground, sessions, actorOf(visit), administratorId);
    } catch (error) {
      await remove(req as Request, res, administratorId, faultOf(error));
      return;
    }
    done(res, administratorsPath, 'administratorRemoved');
  });
  return router;
}

/** Asks before something is done by a POST to the same address. */
const ask = (req: Request, res: Response, title: string, says: readonly string[], label: string): void => {
  const { csrf } = visitOf(req);
  const body = confirmation({ csrf, action: req.path, says, label, cancel: administratorsPath });
  show(req, res, { title, part, body });
};

/** The link is on the answer itself: a redirect would have to carry it in an address. */
const handOver = (req: Request, res: Response, userName: string, link: string): void =>
  show(req, res, { title: texts.linkTitle(userName), part, body: linkView(userName, link) });

const refused = (req: Request, res: Response, title: string, error: unknown): void => {
  const fault = faultOf(error);
  show(req, res, { title, part, body: html`${alertOf(fault, [])}`, status: fault.status });
};

const invite = (req: Request, res: Response, typed = '', fault?: Fault): void =>
  show(req, res, {
    title: texts.invite,
    part,
    body: inviteView(visitOf(req).csrf, typed, fault),
    status: fault?.status ?? 200,
  });
