import { asCarillonError } from '../errors.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { page } from './layout.ts';
import { texts } from './texts.ts';

/** What a person is told of an error: the text, and a reference by which the log tells the rest. */
export function errorPage(thrown: unknown, requestId: string): Html {
  const { status, message } = asCarillonError(thrown);
  const title = texts.errorTitles[status] ?? (status >= 500 ? texts.faultTitle : texts.errorTitle);
  const body = html`<h1>${title}</h1>
    <p role="alert">${message}</p>
    <p class="muted">${texts.reference}: <code>${requestId}</code><br />${texts.referenceHelp}</p>
    <p class="actions"><a class="button quiet" href="/">${texts.back}</a></p>`;
  return page({ title, body, narrow: true });
}
