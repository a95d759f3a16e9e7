import { asset } from './assets.ts';
import { html, safeHref } from './html.ts';
import type { Html } from './html.ts';
import { texts } from './texts.ts';

const style = asset(new URL('./assets/carillon.css', import.meta.url));
const icon = asset(new URL('./assets/favicon.svg', import.meta.url));

export interface NavigationItem {
  label: string;
  href: string;
  /** The page that is shown, or the part that it belongs to. */
  current?: boolean;
  /** What belongs below it. */
  below?: readonly NavigationItem[];
}

/** Items that belong together, under a name. */
export interface NavigationGroup {
  label: string;
  items: readonly NavigationItem[];
}

interface PageOptions {
  title: string;
  body: Html;
  /** One centred card, without bar and navigation: sign-in, errors. */
  narrow?: boolean;
  navigation?: readonly NavigationGroup[];
  /** At the right of the top bar: who is signed in, and the way out. */
  corner?: Html;
  /** Addresses that `asset()` gave; style sheets beside the one of every page. */
  styles?: readonly string[];
  /** Addresses that `asset()` gave; loaded as modules. */
  scripts?: readonly string[];
  /** Seconds after which a browser without scripts loads the page again. */
  reloadWithoutScripts?: number;
}

const brand = html`<img src="${icon}" alt="" width="28" height="28" />${texts.product}`;

const listOf = (items: readonly NavigationItem[], labelledBy?: string): Html =>
  html`<ul ${labelledBy !== undefined && html` aria-labelledby="${labelledBy}"`}>
    ${items.map(
      ({ label, href, current, below }) =>
        html`<li>
          <a href="${safeHref(href)}" ${current ? html` aria-current="page"` : ''}>${label}</a>
          ${below?.length ? listOf(below) : ''}
        </li>`,
    )}
  </ul>`;

const navigationOf = (groups: readonly NavigationGroup[]): Html =>
  html`<nav class="side" aria-label="${texts.navigation}">
    ${groups.map(
      ({ label, items }, i) =>
        html`<p class="group" id="navigation-${i}">${label}</p>
          ${listOf(items, `navigation-${i}`)}`,
    )}
  </nav>`;

const narrowOf = (body: Html): Html =>
  html`<main class="card" id="content">
    <p class="brand">${brand}</p>
    ${body}
  </main>`;

const wideOf = ({ body, navigation, corner }: PageOptions): Html =>
  html`<a class="skip" href="#content">${texts.skip}</a>
    <header class="topbar">
      <a class="brand" href="/">${brand}</a>${corner && html`<div class="corner">${corner}</div>`}
    </header>
    <div class="columns">
      ${navigation?.length ? navigationOf(navigation) : ''}
      <main id="content">${body}</main>
    </div>`;

/** A whole document. The title is in its head only: the body has its own `h1`. */
export function page(options: PageOptions): Html {
  const { title, body, narrow = false, styles = [], scripts = [], reloadWithoutScripts } = options;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${
          reloadWithoutScripts !== undefined &&
          html`<noscript><meta http-equiv="refresh" content="${reloadWithoutScripts}" /></noscript>`
        }
        <title>${title} · ${texts.product}</title>
        <link rel="icon" href="${icon}" type="image/svg+xml" />
        ${[style, ...styles].map((sheet) => html`<link rel="stylesheet" href="${sheet}" />`)}
        ${scripts.map((script) => html`<script type="module" src="${script}"></script>`)}
      </head>
      <body class="${narrow ? 'narrow' : 'wide'}">
        ${narrow ? narrowOf(body) : wideOf(options)}
      </body>
    </html> `;
}
