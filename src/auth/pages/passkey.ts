import express from 'express';
import type { Request, Response, Router } from 'express';
import { formOf } from '../../platform/http/pages/app.ts';
import type { Html } from '../../platform/http/pages/html.ts';
import { html } from '../../platform/http/pages/html.ts';
import { Passkeys } from '../credentials/factors/passkeys.ts';
import { passkeyForm } from '../credentials/pages/passkey-form.ts';
import { signInByPasskey, signInPurpose } from '../people/passkey.ts';
import type { Web } from '../web.ts';
import { browserOf, goOn } from './enter.ts';
import { answerRefusal } from './refusal-page.ts';
import { ownPath } from './target.ts';
import { texts } from './texts.ts';

export const passkeyPath = '/signin/passkey';

/** A sign-in of own accounts by a passkey alone. */
export function passkeyRoutes(web: Web, limit: () => Promise<void>): Router {
  const { ground, sessions } = web;
  const passkeys = new Passkeys(ground, web.keyring, 'user');
  const router = express.Router({ caseSensitive: true });
  router.post(passkeyPath, async (req, res) => {
    await limit();
    const form = formOf(req);
    const target = ownPath(form.get('target'), ground.config.publicUrl);
    try {
      const answer = form.get('passkey') ?? '';
      const from = await browserOf(web, req, res);
      goOn(web, res, await signInByPasskey(ground, sessions, passkeys, { answer, target }, from), target);
    } catch (error) {
      await answerRefusal(web, req, res, error, null);
    }
  });
  return router;
}

/**
 * Offers a passkey on the sign-in page: by a button, and where the address is typed, if the browser can.
 * @returns null where browsers offer none
 */
export function passkeyOffer(web: Web, req: Request, res: Response, target: string, quietly: boolean): Html | null {
  const passkeys = new Passkeys(web.ground, web.keyring, 'user');
  if (!passkeys.party) return null;
  return html`<hr />
    ${passkeyForm({
      csrf: web.csrf.token(req, res),
      action: passkeyPath,
      kind: 'get',
      options: passkeys.ask({ purpose: signInPurpose, browser: web.csrf.browser(req, res) }),
      label: texts.signIn.passkey,
      fields: html`<input type="hidden" name="target" value="${target}" />`,
      offer: quietly,
      button: 'quiet',
    })}`;
}
