import { Router } from 'express';
import type { Request, Response } from 'express';
import { factorsOf } from '../../access/administrators/factors/factors.ts';
import { Passkeys } from '../../access/administrators/factors/passkeys.ts';
import { type ProofAnswer, StepUp, stepUpPurpose } from '../../access/administrators/signing-in/step-up.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { type Fault, faultOf } from '../forms.ts';
import { visitOf } from '../guard.ts';
import { queried } from '../parts.ts';
import { passkeyScript } from '../passkey-form.ts';
import { confirmPath, ownTarget } from '../paths.ts';
import { texts } from '../security/texts.ts';
import { retryAfter, show } from '../show.ts';
import { deviceOf, keepSession } from '../sign-in/session.ts';
import type { ConsoleWeb } from '../web.ts';
import { confirmView } from './view.ts';

/** `/console/confirm`: a further proof, before what changes who can sign in. */
export function confirmRoutes(web: ConsoleWeb): Router {
  const router = Router({ caseSensitive: true });
  const { ground, sessions } = web;
  const passkeys = new Passkeys(ground, web.keyring);
  const stepUp = new StepUp(ground, sessions, passkeys);

  const ask = async (req: Request, res: Response, target: string, fault?: Fault): Promise<void> => {
    const { administrator, session, csrf } = visitOf(req);
    const factors = await factorsOf(ground.db.read, administrator.id);
    const asked = { purpose: stepUpPurpose(session), browser: web.csrf.browser(req, res) };
    const passkey = passkeys.party && factors.passkeys.length > 0 ? passkeys.ask(asked, factors.passkeys) : null;
    retryAfter(res, fault);
    const body = confirmView({ csrf, target, totp: factors.totp !== null, passkey, fault });
    const status = fault?.status ?? 200;
    show(req, res, { title: texts.confirm, part: 'security', body, status, scripts: [passkeyScript] });
  };

  router.get(confirmPath, (req, res) => ask(req, res, ownTarget(queried(req.query['target']))));

  router.post(confirmPath, async (req, res) => {
    const { administrator, session } = visitOf(req);
    const form = formOf(req);
    const target = ownTarget(form.get('target'));
    const given = (name: string): string => form.get(name) ?? '';
    const answer: ProofAnswer = form.has('passkey')
      ? { passkey: given('passkey') }
      : form.has('password')
        ? { password: given('password') }
        : { code: given('code') };
    try {
      const browser = { browser: web.csrf.browser(req, res), device: deviceOf(web, req) };
      keepSession(web, res, await stepUp.prove(administrator, session, answer, browser));
    } catch (error) {
      await ask(req, res, target, faultOf(error));
      return;
    }
    res.redirect(303, target);
  });
  return router;
}
