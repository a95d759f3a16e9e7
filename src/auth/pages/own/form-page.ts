import type { Request, Response } from 'express';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { csrfField } from '../../../platform/http/csrf.ts';
import { type Html, html, safeHref } from '../../../platform/http/pages/html.ts';
import { page } from '../../../platform/http/pages/layout.ts';
import { sendPage } from '../../../platform/http/pages/send.ts';
import { reportError } from '../../../platform/http/reply.ts';
import type { Web } from '../../web.ts';

/** A field of a form. */
export interface Field {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  autocomplete: string;
  value?: string;
  hint?: string;
  optional?: boolean;
  autofocus?: boolean;
  maxlength?: number;
}

/** A page with one form, or with a word alone. */
export interface FormPage {
  title: string;
  /** Something that was done just now. */
  done?: string;
  lead?: readonly (string | Html)[];
  form?: {
    action: string;
    hidden?: Record<string, string>;
    fields?: readonly Field[];
    button: string;
    /** What cannot be undone. */
    danger?: boolean;
  };
  /** Other ways from here. */
  links?: readonly { href: string; text: string }[];
  refused?: CarillonError | undefined;
  status?: number;
}

/** Sends such a page; a refusal stands at the field that it names, else above the form. */
export function sendForm(web: Web, req: Request, res: Response, asked: FormPage): void {
  const { title, done, lead = [], form, links = [], refused } = asked;
  const at = form?.fields?.find(({ name }) => name === refused?.field);
  const body = html`<h1>${title}</h1>
    ${done !== undefined && html`<p class="flash" role="status">${done}</p>`}
    ${lead.map((text) => html`<p>${text}</p>`)}
    ${refused && !at && html`<p class="error" role="alert">${refused.message}</p>`}
    ${form && formOf(web, req, res, form, refused)}
    ${
      links.length > 0 &&
      html`<ul class="ways">
        ${links.map(({ href, text }) => html`<li><a href="${safeHref(href)}">${text}</a></li>`)}
      </ul>`
    }`;
  if (refused?.retryAfter !== undefined) res.setHeader('retry-after', String(refused.retryAfter));
  sendPage(res, page({ title, body, narrow: true }), { status: asked.status ?? refused?.status ?? 200 });
}

function formOf(
  web: Web,
  req: Request,
  res: Response,
  { action, hidden = {}, fields = [], button, danger = false }: NonNullable<FormPage['form']>,
  refused: CarillonError | undefined,
): Html {
  return html`<form method="post" action="${action}" novalidate>
    <input type="hidden" name="${csrfField}" value="${web.csrf.token(req, res)}" />
    ${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    ${fields.map((each) => field(each, refused?.field === each.name ? refused : undefined))}
    <p class="actions"><button ${danger && html`class="danger"`} type="submit">${button}</button></p>
  </form>`;
}

function field({ name, label, type = 'text', ...given }: Field, wrong: CarillonError | undefined): Html {
  const { autocomplete, value = '', hint, optional, autofocus, maxlength = type === 'password' ? 1024 : 320 } = given;
  const described = [hint !== undefined && `${name}-hint`, wrong && `${name}-error`].filter(Boolean).join(' ');
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="${type}"
      autocomplete="${autocomplete}"
      maxlength="${maxlength}"
      ${type !== 'text' && html`autocapitalize="none" spellcheck="false"`}
      ${value !== '' && html`value="${value}"`}
      ${!optional && html`required`}
      ${autofocus && html`autofocus`}
      ${wrong && html`aria-invalid="true"`}
      ${described !== '' && html`aria-describedby="${described}"`}
    />
    ${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
    ${wrong && html`<p class="error" id="${name}-error" role="alert">${wrong.message}</p>`}
  </div>`;
}

/**
 * Runs what a form asks for; a refusal is shown on the form again.
 * @throws what is no refusal, what the page cannot mend, and any for a client that asks for JSON
 */
export async function tried(
  web: Web,
  req: Request,
  work: () => Promise<unknown>,
  again: (refused: CarillonError) => unknown,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const shown = error instanceof CarillonError && error.status < 500 && req.accepts(['html', 'json']) === 'html';
    if (!shown) throw error;
    reportError(web.ground.log, error);
    await again(error);
  }
}
