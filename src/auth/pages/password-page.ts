import type { Request, Response } from 'express';
import { csrfField } from '../../platform/http/csrf.ts';
import { type Html, html } from '../../platform/http/pages/html.ts';
import { page } from '../../platform/http/pages/layout.ts';
import { sendPage } from '../../platform/http/pages/send.ts';
import type { Web } from '../web.ts';
import { texts } from './texts.ts';

/** What a sign-in at a directory carries from page to page. */
export interface PasswordPage {
  /** The address that chose the directory. */
  email: string;
  /** What is in the field for the name. */
  name: string;
  target: string;
  /** That another password is wanted, as `newPasswordNote` writes it. */
  note?: string;
  /** What went wrong before, in words for the person. */
  refused?: string;
  status?: number;
}

/** The page for a user name and a password of the company's directory. */
export function sendPassword(web: Web, req: Request, res: Response, asked: PasswordPage): void {
  const words = texts.password;
  const body = html`<h1>${words.title}</h1>
    <p>${words.lead}</p>
    <form method="post" action="/signin/password" novalidate>
      ${hidden(web, req, res, asked)} ${alert(asked)}
      <div class="field">
        <label for="name">${words.name}</label>
        <input
          id="name"
          name="name"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          maxlength="320"
          required
          value="${asked.name}"
        />
      </div>
      ${secret({ id: 'password', label: words.password, autocomplete: 'current-password', focus: true })}
      <p class="actions">
        <button type="submit">${words.button}</button>
        <a class="button quiet" href="/signin?${new URLSearchParams({ target: asked.target }).toString()}"
          >${words.other}</a
        >
      </p>
    </form>`;
  sendPage(res, page({ title: words.title, body, narrow: true }), { status: asked.status ?? 200 });
}

/** The page for another password, which the directory wants before anybody is let in. */
export function sendNewPassword(web: Web, req: Request, res: Response, asked: PasswordPage): void {
  const words = texts.newPassword;
  const body = html`<h1>${words.title}</h1>
    <p>${words.lead}</p>
    <form method="post" action="/signin/new-password" novalidate>
      ${hidden(web, req, res, asked)} ${alert(asked)}
      <input type="hidden" name="note" value="${asked.note ?? ''}" />
      <input type="hidden" name="name" value="${asked.name}" autocomplete="username" />
      ${secret({ id: 'password', label: words.password, autocomplete: 'current-password', focus: true })}
      ${secret({ id: 'newPassword', label: words.newPassword, autocomplete: 'new-password' })}
      ${secret({ id: 'again', label: words.again, autocomplete: 'new-password' })}
      <p class="actions"><button type="submit">${words.button}</button></p>
    </form>`;
  sendPage(res, page({ title: words.title, body, narrow: true }), { status: asked.status ?? 200 });
}

const hidden = (web: Web, req: Request, res: Response, { email, target }: PasswordPage): Html =>
  html`<input type="hidden" name="${csrfField}" value="${web.csrf.token(req, res)}" />
    <input type="hidden" name="email" value="${email}" />
    <input type="hidden" name="target" value="${target}" />`;

const alert = ({ refused }: PasswordPage): Html | false =>
  refused !== undefined && html`<p class="error" id="refused" role="alert">${refused}</p>`;

interface Secret {
  id: string;
  label: string;
  autocomplete: string;
  focus?: boolean;
}

const secret = ({ id, label, autocomplete, focus = false }: Secret): Html =>
  html`<div class="field">
    <label for="${id}">${label}</label>
    <input
      id="${id}"
      name="${id}"
      type="password"
      autocomplete="${autocomplete}"
      maxlength="1024"
      required
      ${focus && html`autofocus`}
    />
  </div>`;
