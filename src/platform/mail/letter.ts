import { html, raw, type Html } from '../http/pages/html.ts';
import { mailTexts } from './texts.ts';

/** What a letter says; every text is plain, and comes from a catalogue. */
export interface Letter {
  subject: string;
  title: string;
  paragraphs: readonly string[];
  /** The one thing to do about it. */
  action?: { label: string; href: string };
  /** After the button: until when it is good, what to do when it was nobody of one's own. */
  closing?: readonly string[];
}

/** As it is sent. */
export interface Rendered {
  subject: string;
  text: string;
  html: string;
}

/** One line, whatever was put into it: a header has no other. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();

/** Dark in a mailbox that is dark, readable where styles are taken away; nothing is loaded from anywhere. */
const style = raw(`
:root { color-scheme: light dark; supported-color-schemes: light dark; }
body { margin: 0; padding: 0; background: #f5f3ee; color: #1d2524; }
.sheet { max-width: 34rem; margin: 0 auto; padding: 24px 16px; font: 16px/1.5 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
.card { background: #ffffff; border: 1px solid #d8d5cb; border-radius: 8px; padding: 24px; }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 16px; }
p { margin: 0 0 16px; overflow-wrap: anywhere; }
.button { display: inline-block; padding: 10px 18px; border-radius: 6px; background: #1f5f5b; color: #ffffff; font-weight: 600; text-decoration: none; }
.small { font-size: 14px; color: #56625f; }
.small a { color: #1f5f5b; }
@media (prefers-color-scheme: dark) {
  body { background: #141918; color: #e8ebe9; }
  .card { background: #1d2423; border-color: #36403e; }
  .button { background: #7cc7bf; color: #0c2321; }
  .small { color: #a6b2af; }
  .small a { color: #7cc7bf; }
}
`);

const paragraphsOf = (texts: readonly string[] | undefined, small = false): Html =>
  html`${(texts ?? []).map(
    (text) =>
      html`<p${small && raw(' class="small"')}>${text}</p>
        `,
  )}`;

/** Makes both parts of a letter; whatever stands in it is escaped. @param host where it comes from */
export function renderLetter(letter: Letter, host: string): Rendered {
  const { title, paragraphs, action, closing } = letter;
  const subject = oneLine(letter.subject);
  const signature = mailTexts.signature(host);
  const text = [title, ...paragraphs, ...(action ? [`${action.label}:\n${action.href}`] : []), ...(closing ?? [])];
  const link =
    action &&
    html`<p><a class="button" href="${action.href}">${action.label}</a></p>
      <p class="small">${mailTexts.copyLink}<br /><a href="${action.href}">${action.href}</a></p>`;
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${subject}</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <div class="sheet" role="article" aria-label="${subject}">
          <div class="card">
            <h1>${title}</h1>
            ${paragraphsOf(paragraphs)}${link}${paragraphsOf(closing)}
          </div>
          <p class="small">${signature}</p>
        </div>
      </body>
    </html> `;
  return { subject, text: `${text.join('\n\n')}\n\n-- \n${signature}\n`, html: document.text };
}
