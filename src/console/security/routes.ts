import { Router } from 'express';
import type { Request, Response } from 'express';
import { whoseAdministrator } from '../../access/administrators/holder.ts';
import { factorsOf, hasFactor } from '../../auth/credentials/factors/factors.ts';
import { recoveryCodesLeft } from '../../auth/credentials/factors/recovery-codes.ts';
import { wrongCodes } from '../../auth/credentials/guesses/codes.ts';
import { changePassword } from '../../access/administrators/password.ts';
import { administratorPrincipal } from '../../access/administrators/principal.ts';
import { endOtherSessions, endSession } from '../../access/administrators/own-sessions.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { type Fault, faultOf } from '../forms.ts';
import { visitOf } from '../guard.ts';
import { securityPath } from '../paths.ts';
import { recently } from '../recently.ts';
import { done, retryAfter, show } from '../show.ts';
import { keepSession } from '../sign-in/session.ts';
import type { ConsoleWeb } from '../web.ts';
import { texts } from './texts.ts';
import { passwordView, securityView } from './view.ts';

/** `/console/security`: an administrator's own password, second factors and devices. */
export function securityRoutes(web: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { ground, sessions } = web;
  const { read } = ground.db;

  router.get(securityPath, async (req, res) => {
    const { administrator, session, csrf } = visitOf(req);
    const { id, organisationId } = administrator;
    ground.trail.observed({ eventName: 'GetAdministrator', organisationId });
    const principal = await administratorPrincipal(read, id);
    const whose = whoseAdministrator(id);
    const factors = await factorsOf(read, whose);
    const body = securityView({
      csrf,
      here: session,
      factors,
      protected: hasFactor(factors),
      codesLeft: await recoveryCodesLeft(read, whose),
      wrongCodes: await wrongCodes(read, whose),
      devices: principal ? await sessions.list(principal) : [],
    });
    show(req, res, { title: texts.title, part: 'security', body });
  });

  router.get(`${securityPath}/password`, (req, res) => {
    if (recently(req, res)) password(req, res);
  });

  router.post(`${securityPath}/password`, async (req, res) => {
    if (!recently(req, res)) return;
    const { administrator, session } = visitOf(req);
    const form = formOf(req);
    const input = { password: form.get('password') ?? '', again: form.get('again') ?? '' };
    try {
      keepSession(web, res, await changePassword(ground, sessions, administrator, session, input));
    } catch (error) {
      password(req, res, faultOf(error));
      return;
    }
    done(res, securityPath, 'passwordChanged');
  });

  router.post(`${securityPath}/sessions/end-others`, async (req, res) => {
    const { administrator, session } = visitOf(req);
    await endOtherSessions(ground, sessions, administrator, session.id);
    done(res, securityPath, 'devicesEnded');
  });

  router.post(`${securityPath}/sessions/:sessionId/end`, async (req, res) => {
    const { administrator } = visitOf(req as Request);
    await endSession(ground, sessions, administrator, req.params.sessionId);
    done(res, securityPath, 'deviceEnded');
  });
  return router;
}

const password = (req: Request, res: Response, fault?: Fault): void => {
  const { csrf, administrator } = visitOf(req);
  retryAfter(res, fault);
  const body = passwordView(csrf, administrator.userName, fault);
  show(req, res, { title: texts.passwordChange, part: 'security', body, status: fault?.status ?? 200 });
};
