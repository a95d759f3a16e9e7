import { Router } from 'express';
import type { Request, Response } from 'express';
import { Passkeys } from '../../auth/credentials/factors/passkeys.ts';
import { createPasswordLimits } from '../../auth/credentials/guesses/passwords.ts';
import { signInByPasskey } from '../../access/administrators/signing-in/second.ts';
import {
  administratorKey,
  knownConsoleDevice,
  signInAdministrator,
} from '../../access/administrators/signing-in/sign-in.ts';
import { sessionCookie, whoIs } from '../../auth/web.ts';
import { requestContext } from '../../platform/context/context.ts';
import { addressKey } from '../../platform/http/address.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { sendPage } from '../../platform/http/pages/send.ts';
import { createRate } from '../../platform/http/rate.ts';
import { type Fault, faultOf } from '../forms.ts';
import { queried } from '../parts.ts';
import { ownTarget, passkeyPath, signInPath, signOutPath } from '../paths.ts';
import { retryAfter } from '../show.ts';
import type { ConsoleWeb } from '../web.ts';
import { browserOf, deviceOf, goOn, keepSignIn, rememberedOrganisation } from './session.ts';
import { signInPage } from './view.ts';

interface Typed {
  target: string;
  organisationId: string;
  userName: string;
}

/** `/console/sign-in`: by name and password, or by a passkey alone; and `/console/sign-out`. */
export function signInRoutes(web: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { ground, sessions } = web;
  const takeAttempt = createPasswordLimits(ground, 'administrator');
  const takePasskey = createRate({ points: 60, seconds: 60 });
  const passkeys = new Passkeys(ground, web.keyring, 'administrator');

  const answer = (req: Request, res: Response, typed: Typed, fault?: Fault): void => {
    const ended = req.method === 'GET' && req.query['ended'] !== undefined;
    retryAfter(res, fault);
    const asked = { purpose: 'sign-in', browser: web.csrf.browser(req, res) };
    const passkey = passkeys.party && passkeys.ask(asked);
    const page = signInPage({ csrf: web.csrf.token(req, res), ...typed, passkey, ended, fault });
    sendPage(res, page, { status: fault?.status ?? 200 });
  };

  router.get(signInPath, async (req, res) => {
    const target = ownTarget(queried(req.query['target']));
    if ((await whoIs(web, req, 'administrator')).in) {
      res.redirect(303, target);
      return;
    }
    answer(req, res, { target, organisationId: rememberedOrganisation(web, req), userName: '' });
  });

  router.post(signInPath, async (req, res) => {
    const form = formOf(req);
    const organisationId = form.get('organisationId') ?? '';
    const userName = form.get('userName') ?? '';
    const target = ownTarget(form.get('target'));
    try {
      const who = administratorKey({ organisationId, userName });
      const device = await knownConsoleDevice(ground.db.read, who, deviceOf(web, req));
      await takeAttempt(
        JSON.stringify([who.organisation, who.name]),
        addressKey(requestContext().clientAddress),
        device,
      );
      const from = await browserOf(web, req, res, target);
      const input = { organisationId, userName, password: form.get('password') ?? '' };
      goOn(web, res, await signInAdministrator(ground, sessions, input, from, device !== null), target);
    } catch (error) {
      answer(req, res, { target, organisationId, userName }, faultOf(error));
    }
  });

  router.post(passkeyPath, async (req, res) => {
    const form = formOf(req);
    const target = ownTarget(form.get('target'));
    try {
      await takePasskey(addressKey(requestContext().clientAddress));
      const from = await browserOf(web, req, res, target);
      keepSignIn(web, res, await signInByPasskey(ground, sessions, passkeys, form.get('passkey') ?? '', from));
    } catch (error) {
      answer(req, res, { target, organisationId: rememberedOrganisation(web, req), userName: '' }, faultOf(error));
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
