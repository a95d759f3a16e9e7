import express from 'express';
import type { Request, Response, Router } from 'express';
import type { CarillonError } from '../../../platform/errors/errors.ts';
import { formOf } from '../../../platform/http/pages/app.ts';
import { readReset, resetPassword } from '../../own/reset.ts';
import { sessionCookie, type Web } from '../../web.ts';
import { addressOf } from '../query.ts';
import { sendForm, tried } from './form-page.ts';
import { createChoiceLimits } from './limits.ts';
import { newPasswordFields, usernameField } from './parts.ts';
import { resetNote } from './reset-note.ts';
import { isStale, sendStale } from './stale.ts';
import { sendOwnSignIn } from './signin-page.ts';
import { ownTexts as texts } from './texts.ts';

/** `/reset/confirm`: the mailed link, another password, and the way to sign in with it. */
export function resetRoutes(web: Web): Router {
  const { ground } = web;
  const router = express.Router({ caseSensitive: true });
  const path = '/reset/confirm';
  const takeChoice = createChoiceLimits(ground, 'reset');

  const show = async (req: Request, res: Response, token: string, refused?: CarillonError): Promise<void> => {
    const words = texts.resetConfirm;
    try {
      const { login } = await readReset(ground.db.read, token);
      sendForm(web, req, res, {
        title: words.title,
        lead: [words.lead(login.address), usernameField(login.address)],
        form: { action: path, hidden: { token }, fields: newPasswordFields(), button: words.button },
        refused,
      });
    } catch (error) {
      sendStale(web, req, res, error, 'reset');
    }
  };

  router.get(path, (req, res) =>
    show(req, res, addressOf(ground.config.publicUrl, req).searchParams.get('token') ?? ''),
  );

  router.post(path, async (req, res) => {
    const form = formOf(req);
    const token = form.get('token') ?? '';
    const input = { password: form.get('newPassword') ?? '', again: form.get('again') ?? '' };
    const reset = async (): Promise<void> => {
      await takeChoice(token);
      const { address, addressKey } = await resetPassword(ground, token, input);
      web.cookies.clear(res, sessionCookie.user);
      const note = resetNote(ground, { addressKey, browser: web.csrf.browser(req, res) });
      sendOwnSignIn(web, req, res, { email: address, target: '/me', note, done: texts.signInPage.changed });
    };
    await tried(web, req, reset, (refused) =>
      isStale(refused) ? sendStale(web, req, res, refused, 'reset') : show(req, res, token, refused),
    );
  });
  return router;
}
