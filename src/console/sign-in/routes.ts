import { Router } from 'express';
import type { Request, Response } from 'express';
import { administratorKey, signInAdministrator } from '../../access/administrators/sign-in.ts';
import { sessionCookie, whoIs } from '../../auth/web.ts';
import { requestContext } from '../../platform/context/context.ts';
import { addressKey } from '../../platform/http/address.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { sendPage } from '../../platform/http/pages/send.ts';
import { createRate } from '../../platform/http/rate.ts';
import { errorHeaders } from '../../platform/http/reply.ts';
import { type Fault, faultOf } from '../forms.ts';
import { queried } from '../parts.ts';
import { ownTarget, signInPath, signOutPath } from '../paths.ts';
import type { ConsoleWeb } from '../web.ts';
import { keepSession, organisationCookie } from './session.ts';
import { signInPage } from './view.ts';

/** Attempts a minute from one address, whoever is tried. */
const attemptsPerAddress = 60;
/** Attempts a minute for one administrator from one address. */
const attemptsPerName = 10;
/** Attempts an hour for one administrator from all addresses: slows many guessers, and is no lock on the owner. */
const attemptsAnywhere = 600;

/** `/console/sign-in` and `/console/sign-out`. */
export function signInRoutes(web: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { ground, sessions } = web;
  const byAddress = createRate({ points: attemptsPerAddress, seconds: 60 });
  const byName = createRate({ points: attemptsPerName, seconds: 60 });
  const byNameAnywhere = createRate({ points: attemptsAnywhere, seconds: 3600 });

  const answer = (
    req: Request,
    res: Response,
    typed: { target: string; organisationId: string; userName: string },
    fault?: Fault,
  ): void => {
    const ended = req.method === 'GET' && req.query['ended'] !== undefined;
    if (fault?.retryAfter !== undefined) res.set('retry-after', String(errorHeaders(fault)['retry-after']));
    const page = signInPage({ csrf: web.csrf.token(req, res), ...typed, ended, fault });
    sendPage(res, page, { status: fault?.status ?? 200 });
  };

  router.get(signInPath, async (req, res) => {
    const target = ownTarget(queried(req.query['target']));
    if ((await whoIs(web, req, 'administrator')).in) {
      res.redirect(303, target);
      return;
    }
    const remembered = web.cookies.read(req, organisationCookie) ?? '';
    answer(req, res, { target, organisationId: /^\d{12}$/.test(remembered) ? remembered : '', userName: '' });
  });

  router.post(signInPath, async (req, res) => {
    const form = formOf(req);
    const organisationId = form.get('organisationId') ?? '';
    const userName = form.get('userName') ?? '';
    const target = ownTarget(form.get('target'));
    try {
      const client = addressKey(requestContext().clientAddress);
      await byAddress(client);
      const { organisation, name } = administratorKey({ organisationId, userName });
      await byName(JSON.stringify([organisation, name, client]));
      await byNameAnywhere(JSON.stringify([organisation, name]));
      const previous = await whoIs(web, req, 'administrator');
      const input = { organisationId, userName, password: form.get('password') ?? '' };
      keepSession(web, res, await signInAdministrator(ground, sessions, input, previous.session));
    } catch (error) {
      answer(req, res, { target, organisationId, userName }, faultOf(error));
      return;
    }
    res.redirect(303, target);
  });

  router.post(signOutPath, async (req, res) => {
    const result = await whoIs(web, req, 'administrator');
    if (result.in) {
      const { principalId, organisationId, id } = result.session;
      await ground.trail.perform({ eventName: 'ConsoleLogout', organisationId }, async (m) => ({
        result: await sessions.end(m, principalId, id, 'signOut'),
      }));
    }
    web.cookies.clear(res, sessionCookie.administrator);
    res.redirect(303, `${signInPath}?ended`);
  });
  return router;
}
