import express from 'express';
import type { Request, Response, Router } from 'express';
import type { CarillonError } from '../../../platform/errors/errors.ts';
import { formOf } from '../../../platform/http/pages/app.ts';
import { askForAddress, requireChangeable } from '../../own/change-address.ts';
import { changeOwnPassword } from '../../own/change-password.ts';
import { ownErrors } from '../../own/errors.ts';
import { deleteOneself } from '../../own/leave.ts';
import type { Login } from '../../own/login.entity.ts';
import { loginOf } from '../../own/logins.ts';
import { clock } from '../../../platform/clock/clock.ts';
import { canSendMail } from '../../../platform/mail/settings.ts';
import { sessionCookie, type SignedIn, type Web } from '../../web.ts';
import { deviceOf } from '../enter.ts';
import { personOf } from '../person.ts';
import { recentlyProved } from '../recently.ts';
import { type FormPage, sendForm, tried } from './form-page.ts';
import { createAskLimits, createChoiceLimits } from './limits.ts';
import { newPasswordFields, usernameField } from './parts.ts';
import { ownTexts as texts } from './texts.ts';

/** Somebody who is in with an account of Carillon's own, and has proved it lately. */
interface Own {
  who: SignedIn;
  login: Login;
}

/** `/me/password`, `/me/address`, `/me/delete`: what people change about their own sign-in. */
export function ownMeRoutes(web: Web): Router {
  const { ground, sessions } = web;
  const router = express.Router({ caseSensitive: true });
  const takeMail = createAskLimits(ground, 'change');
  const takeChoice = createChoiceLimits(ground, 'change');
  const back = [{ href: '/me', text: texts.changePassword.back }];

  /** @returns null when the answer is out @throws own.managed */
  const ownOf = async (req: Request, res: Response): Promise<Own | null> => {
    const who = await personOf(web, req, res);
    if (!who) return null;
    const login = await loginOf(ground.db.read, who.principal.id);
    if (!login) throw ownErrors('own.managed');
    return recentlyProved(req, res, who) ? { who, login } : null;
  };

  /** A page with a form at one address: shown, and taken. */
  const at = (
    path: string,
    pageOf: (own: Own) => FormPage,
    take: (own: Own, form: URLSearchParams, req: Request, res: Response) => Promise<void>,
  ): void => {
    const show = (req: Request, res: Response, own: Own, refused?: CarillonError): void =>
      sendForm(web, req, res, { links: back, ...pageOf(own), refused });
    router.get(path, async (req, res) => {
      const own = await ownOf(req, res);
      if (own) show(req, res, own);
    });
    router.post(path, async (req, res) => {
      const own = await ownOf(req, res);
      if (!own) return;
      await tried(
        web,
        req,
        () => take(own, formOf(req), req, res),
        (refused) => show(req, res, own, refused),
      );
    });
  };

  at(
    '/me/password',
    ({ login }) => ({
      title: texts.changePassword.title,
      lead: [texts.changePassword.lead, usernameField(login.address)],
      form: { action: '/me/password', fields: newPasswordFields(), button: texts.changePassword.button },
    }),
    async ({ who, login }, form, req, res) => {
      await takeChoice(login.userId);
      const input = { password: form.get('newPassword') ?? '', again: form.get('again') ?? '' };
      const { session, token } = await changeOwnPassword(
        ground,
        sessions,
        login,
        who.session,
        input,
        deviceOf(web, req),
      );
      web.cookies.set(res, sessionCookie.user, token, (session.expiresAt - clock.now()) / 1000);
      res.redirect(303, '/me?done=passwordChanged');
    },
  );

  at(
    '/me/address',
    ({ login }) => {
      const title = texts.changeAddress.title;
      if (!canSendMail(ground.config)) return { title, lead: [texts.noMail], status: 503 };
      const field = { name: 'email', label: texts.changeAddress.field, type: 'email', autocomplete: 'email' } as const;
      return {
        title,
        lead: [texts.changeAddress.lead(login.address)],
        form: {
          action: '/me/address',
          fields: [{ ...field, autofocus: true }],
          button: texts.changeAddress.button,
        },
      };
    },
    async ({ login }, form, req, res) => {
      const typed = (form.get('email') ?? '').trim().slice(0, 321);
      const browser = web.csrf.browser(req, res);
      const { addressKey } = await requireChangeable(ground, login, typed);
      // Each person is limited, and each mailbox that somebody names.
      if ((await takeMail(login.userId)) && (await takeMail(addressKey))) {
        await askForAddress(ground, login, typed, browser);
      }
      const { sentTitle, sent } = texts.changeAddress;
      sendForm(web, req, res, { title: sentTitle, lead: [sent(login.address, typed)], links: back });
    },
  );

  at(
    '/me/delete',
    () => ({
      title: texts.leave.title,
      lead: [texts.leave.lead, texts.leave.kept(ground.config.keepDeletedDays), texts.leave.again],
      form: {
        action: '/me/delete',
        fields: [
          { name: 'confirmation', label: texts.leave.field, type: 'email', autocomplete: 'off', autofocus: true },
        ],
        button: texts.leave.button,
        danger: true,
      },
    }),
    async ({ login }, form, req, res) => {
      await deleteOneself(ground, login, form.get('confirmation') ?? '');
      web.cookies.clear(res, sessionCookie.user);
      const { doneTitle, done } = texts.leave;
      sendForm(web, req, res, { title: doneTitle, lead: [done], links: [{ href: '/signin', text: texts.signIn }] });
    },
  );
  return router;
}
