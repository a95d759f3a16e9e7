import express from 'express';
import type { Router } from 'express';
import { requestContext } from '../../../platform/context/context.ts';
import { addressKey } from '../../../platform/http/address.ts';
import { formOf } from '../../../platform/http/pages/app.ts';
import { createPasswordLimits } from '../../credentials/guesses/passwords.ts';
import { ownAt, ownKey, signInOwn } from '../../own/sign-in.ts';
import { AtCompany } from '../../people/at-company.ts';
import { NotEntitled } from '../../people/let-in.ts';
import type { Web } from '../../web.ts';
import { browserOf, deviceOf, goOn } from '../enter.ts';
import { answerRefusal } from '../refusal-page.ts';
import { ownPath } from '../target.ts';
import { tried } from './form-page.ts';
import { isResetNote } from './reset-note.ts';
import { sendOwnSignIn } from './signin-page.ts';

/** As much of an address as is looked at, and shown again. */
const longest = 320;

/** `/signin/own`: the password of whoever has an account of Carillon's own. */
export function ownSignInRoutes(web: Web): Router {
  const { ground, sessions } = web;
  const router = express.Router({ caseSensitive: true });
  const takeAttempt = createPasswordLimits(ground, 'user');

  /** A form that is sent again by loading the page anew begins anew. */
  router.get('/signin/own', (_req, res) => res.redirect(303, '/signin'));

  router.post('/signin/own', async (req, res) => {
    const form = formOf(req);
    const email = (form.get('email') ?? '').trim().slice(0, longest);
    const target = ownPath(form.get('target'), ground.config.publicUrl);
    const key = ownKey(email);
    const note = form.get('note') ?? '';
    const signIn = async (): Promise<void> => {
      const seen = await ownAt(ground.db.read, key, deviceOf(web, req));
      const reset = { addressKey: key, browser: web.csrf.browser(req, res) };
      const at = { ...seen, device: seen.device ?? (isResetNote(ground, reset, note) ? note : null) };
      await takeAttempt(key, addressKey(requestContext().clientAddress), at.device);
      const from = await browserOf(web, req, res);
      const given = { address: email, password: form.get('password') ?? '', target };
      goOn(web, res, await signInOwn(ground, sessions, given, from, at), target);
    };
    await tried(web, req, signIn, (refused) =>
      refused instanceof NotEntitled || refused instanceof AtCompany
        ? answerRefusal(web, req, res, refused, null)
        : sendOwnSignIn(web, req, res, { email, target, note, refused }),
    );
  });
  return router;
}
