import express from 'express';
import type { Request, Response, Router } from 'express';
import type { CarillonError } from '../../../platform/errors/errors.ts';
import { formOf } from '../../../platform/http/pages/app.ts';
import { isOfBrowser, readLink } from '../../own/links.ts';
import { register } from '../../own/register.ts';
import type { Web } from '../../web.ts';
import { browserOf, goOn } from '../enter.ts';
import { addressOf } from '../query.ts';
import { createChoiceLimits } from './limits.ts';
import { type Field, sendForm, tried } from './form-page.ts';
import { chosenFields, typedRegistration, usernameField } from './parts.ts';
import { isStale, sendStale } from './stale.ts';
import { ownTexts as texts } from './texts.ts';

/** `/register/confirm`: the mailed link, a password, and in. */
export function registerRoutes(web: Web): Router {
  const { ground, sessions } = web;
  const router = express.Router({ caseSensitive: true });
  const path = '/register/confirm';
  const words = texts.choose;
  const takeChoice = createChoiceLimits(ground, 'register');

  const show = async (req: Request, res: Response, token: string, refused?: CarillonError): Promise<void> => {
    try {
      const link = await readLink(ground.db.read, token, ['register']);
      const here = isOfBrowser(link, web.csrf.browser(req, res));
      const address: Field = { name: 'email', label: texts.email, type: 'email', autocomplete: 'username' };
      const form = formOf(req);
      sendForm(web, req, res, {
        title: words.title,
        // Whoever found the link on another machine is not told whose it is.
        lead: here ? [words.lead(link.address), usernameField(link.address)] : [words.elsewhere],
        form: {
          action: path,
          hidden: { token },
          fields: [
            ...(here ? [] : [{ ...address, value: (form.get('email') ?? '').slice(0, 320), autofocus: true }]),
            ...chosenFields(form.get('name') ?? ''),
          ],
          button: words.button,
        },
        refused,
      });
    } catch (error) {
      sendStale(web, req, res, error, 'register');
    }
  };

  router.get(path, (req, res) =>
    show(req, res, addressOf(ground.config.publicUrl, req).searchParams.get('token') ?? ''),
  );

  router.post(path, async (req, res) => {
    const form = formOf(req);
    const token = form.get('token') ?? '';
    const work = async (): Promise<void> => {
      await takeChoice(token);
      const from = await browserOf(web, req, res);
      const input = { ...typedRegistration(form), address: form.get('email') ?? '' };
      const { entered, target } = await register(ground, sessions, token, input, from);
      goOn(web, res, entered, target);
    };
    await tried(web, req, work, (refused) =>
      isStale(refused) ? sendStale(web, req, res, refused, 'register') : show(req, res, token, refused),
    );
  });
  return router;
}
