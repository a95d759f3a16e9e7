import type { Response } from 'express';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { page } from './layout.ts';
import { allowFormsTo } from './policy.ts';
import { texts } from './texts.ts';

interface SendOptions {
  status?: number;
  /** Other origins, or schemes, that a form on this page may lead to, by its action or by a redirect that answers it. */
  formAction?: readonly string[];
}

/** Answers with a document that `page` made. */
export function sendPage(res: Response, document: Html, { status = 200, formAction = [] }: SendOptions = {}): void {
  if (formAction.length > 0) allowFormsTo(res, formAction);
  res.status(status).type('html').send(document.text);
}

/**
 * The answer to a form that leads on to another origin, where a redirect would be stopped by `form-action`.
 * @param to an http or https address
 * @param name what the person knows the other side by
 */
export function forwardPage(to: string, name: string): Html {
  const url = new URL(to);
  if (!/^https?:$/.test(url.protocol)) throw new TypeError('a page can only lead on to http or https');
  const body = html`<h1>${texts.forwardTitle}</h1>
    <p>${texts.forward(name)}</p>
    <p class="actions"><a class="button" href="${url.href}">${texts.forwardLink}</a></p>`;
  return page({ title: texts.forwardTitle, body, narrow: true, forwardTo: url.href });
}
