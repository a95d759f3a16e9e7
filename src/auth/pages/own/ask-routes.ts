import express from 'express';
import type { Request, Response, Router } from 'express';
import { sql } from '../../../platform/database/sql.ts';
import type { CarillonError } from '../../../platform/errors/errors.ts';
import { formOf } from '../../../platform/http/pages/app.ts';
import { canSendMail } from '../../../platform/mail/settings.ts';
import { knownDevice } from '../../credentials/guesses/devices.ts';
import { askForReset, askToRegister, type Asked, requireAddress, requireMail } from '../../own/ask.ts';
import type { Web } from '../../web.ts';
import { deviceOf } from '../enter.ts';
import { addressOf } from '../query.ts';
import { ownPath } from '../target.ts';
import { type FormPage, sendForm, tried } from './form-page.ts';
import { createAskLimits } from './limits.ts';
import { ownTexts as texts } from './texts.ts';

/** As much of an address as is looked at, and shown again. */
const longest = 320;

/** A page on which somebody who is not signed in asks for a mail. */
interface Asking {
  path: string;
  words: { title: string; lead: string; button: string };
  verb: (ground: Web['ground'], asked: Asked) => Promise<void>;
  links: (target: string) => NonNullable<FormPage['links']>;
}

const signInAt = (target: string): string => `/signin?${new URLSearchParams({ target }).toString()}`;

const askings: readonly Asking[] = [
  {
    path: '/register',
    words: texts.register,
    verb: askToRegister,
    links: (target) => [{ href: signInAt(target), text: texts.register.known }],
  },
  {
    path: '/reset',
    words: texts.reset,
    verb: askForReset,
    links: (target) => [{ href: signInAt(target), text: texts.signIn }],
  },
];

/** `/register`, `/reset`: an address, to which a mail is sent, whatever is known of it. */
export function askRoutes(web: Web): Router {
  const { ground } = web;
  const router = express.Router({ caseSensitive: true });

  for (const { path, words, verb, links } of askings) {
    const takeMail = createAskLimits(ground, path.slice(1)); // asking to register uses up nobody's resets
    const show = (req: Request, res: Response, email: string, target: string, refused?: CarillonError): void => {
      const here = { title: words.title, links: links(target), refused };
      if (!canSendMail(ground.config)) return sendForm(web, req, res, { ...here, lead: [texts.noMail], status: 503 });
      const field = { name: 'email', label: texts.email, type: 'email', autocomplete: 'username' } as const;
      sendForm(web, req, res, {
        ...here,
        lead: [words.lead],
        form: {
          action: path,
          hidden: { target },
          fields: [{ ...field, value: email, autofocus: true }],
          button: words.button,
        },
      });
    };

    router.get(path, (req, res) => {
      const { searchParams } = addressOf(ground.config.publicUrl, req);
      const email = (searchParams.get('email') ?? '').slice(0, longest);
      show(req, res, email, ownPath(searchParams.get('target'), ground.config.publicUrl));
    });

    router.post(path, async (req, res) => {
      const form = formOf(req);
      const address = (form.get('email') ?? '').trim().slice(0, longest + 1);
      const target = ownPath(form.get('target'), ground.config.publicUrl);
      const ask = async (): Promise<void> => {
        requireMail(ground);
        const { addressKey } = requireAddress(address);
        const browser = web.csrf.browser(req, res);
        const whose = sql`SELECT "userId" FROM "logins" WHERE "addressKey" = ${addressKey}`;
        const device = await knownDevice(ground.db.read, 'user', whose, deviceOf(web, req));
        if (await takeMail(addressKey, device)) await verb(ground, { address, browser, target });
        const lead = [texts.sent.text(address), texts.sent.hint];
        sendForm(web, req, res, { title: texts.sent.title, lead, links: [{ href: '/signin', text: texts.signIn }] });
      };
      await tried(web, req, ask, (refused) => show(req, res, address.slice(0, longest), target, refused));
    });
  }
  return router;
}
