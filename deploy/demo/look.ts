/** How the sample company's pages look: one style sheet and an escaping template, no framework. */

/** HTML that is safe to put into a page as it stands. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (mark) => marks[mark] ?? mark);

type Part = Html | string | number | false | undefined | Part[];

const rendered = (part: Part): string => {
  if (Array.isArray(part)) return part.map(rendered).join('');
  if (part instanceof Html) return part.text;
  return part === false || part === undefined ? '' : escaped(String(part));
};

/** Builds HTML; every value is escaped unless it is Html itself, `false` and `undefined` leave nothing. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(texts.reduce((whole, text, i) => whole + rendered(parts[i - 1]) + text));
}

/** A whole page. `script` names a file of its own, as the policy allows none inline. */
export const page = (title: string, body: Html, script?: string): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/style.css" />
        ${script !== undefined && html`<script src="${script}" defer></script>`}
      </head>
      <body>
        ${body}
      </body>
    </html>`.text;

/** Headers of every page. No form-action: browsers apply it to the redirect after a sign-in, which leads elsewhere. */
export const pageHeaders: Record<string, string> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
};

/** The company's mark: a white A on its colour. */
export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#9a3412"/><path d="M8 24 16 7l8 17M11.5 18h9" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/></svg>';

export const style = `
:root { color-scheme: light dark; --back: #f6f4f1; --card: #fff; --ink: #1f1b18; --soft: #635b54; --line: #ddd6ce;
  --accent: #9a3412; --on: #fff; --good: #166534; --bad: #b3261e; --tint: #fdf1ea; font: 16px/1.5 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --back: #171412; --card: #221e1b; --ink: #f3ede7; --soft: #b5aaa0;
  --line: #423a34; --accent: #fdba8c; --on: #2a1206; --good: #86d9a0; --bad: #ffb4ab; --tint: #33251c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem; }
main.narrow { max-width: 27rem; padding-top: 9vh; }
header { display: flex; align-items: center; gap: .75rem; padding: .9rem 1.5rem; background: var(--card); border-bottom: 1px solid var(--line); }
header img, .brand img { width: 2rem; height: 2rem; }
.brand { display: flex; align-items: center; gap: .6rem; font-weight: 650; margin-bottom: 1rem; }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; } h2 { font-size: 1.05rem; margin: 0 0 .75rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1.25rem; margin-bottom: 1.25rem; }
.soft { color: var(--soft); font-size: .9rem; } p { margin: .3rem 0 .8rem; }
label, legend { display: block; font-weight: 600; font-size: .9rem; margin-bottom: .25rem; }
input + label { margin-top: .7rem; }
fieldset { border: 0; padding: 0; margin: 0 0 1rem; }
input, select { font: inherit; width: 100%; padding: .5rem .65rem; border: 1px solid var(--soft); border-radius: .5rem; background: var(--card); color: inherit; }
.choice { display: flex; gap: .65rem; align-items: center; font-weight: 400; padding: .6rem .7rem; border: 1px solid var(--line); border-radius: .6rem; margin-bottom: .4rem; cursor: pointer; }
.choice:has(:checked) { border-color: var(--accent); background: var(--tint); } .choice input { width: 1.1rem; height: 1.1rem; accent-color: var(--accent); }
.choice small { display: block; color: var(--soft); }
button, .button { font: inherit; font-weight: 600; border: 1px solid var(--soft); border-radius: .5rem; padding: .38rem .8rem; min-height: 2.2rem; background: transparent; color: inherit; cursor: pointer; text-decoration: none; display: inline-block; }
button.main, .button.main { background: var(--accent); border-color: var(--accent); color: var(--on); } button.no { color: var(--bad); border-color: currentColor; }
.wide { width: 100%; text-align: center; margin-top: 1rem; }
a { color: var(--accent); } :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.error, .note { border-left: .3rem solid var(--bad); background: var(--tint); padding: .6rem .8rem; border-radius: .4rem; margin: 0 0 1rem; } .note.ok { border-color: var(--good); }
.columns { display: grid; gap: 1.25rem; grid-template-columns: minmax(0, 1fr); } @media (min-width: 66rem) { .columns { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); } }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; } caption { text-align: left; }
th, td { text-align: left; padding: .55rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; } th { font-size: .82rem; color: var(--soft); }
tbody th { font-size: 1rem; color: inherit; } td form { display: inline-flex; gap: .35rem; margin: 0 .25rem .25rem 0; } td select { width: auto; }
.chip { display: inline-block; font-size: .82rem; border: 1px solid var(--line); border-radius: 1rem; padding: .05rem .6rem; margin: 0 .25rem .25rem 0; }
.yes { color: var(--good); border-color: currentColor; } .off { color: var(--bad); border-color: currentColor; }
.row { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); align-items: end; } .actions { display: flex; gap: .5rem; flex-wrap: wrap; margin-top: .9rem; }
.push { margin-left: auto; } ol.log { list-style: none; margin: 0; padding: 0; max-height: 34rem; overflow: auto; } ol.log li { border-bottom: 1px solid var(--line); padding: .3rem 0; }
summary { cursor: pointer; overflow-wrap: anywhere; } code, pre { font: .82rem/1.45 ui-monospace, monospace; } pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--back); padding: .6rem; border-radius: .4rem; margin: .4rem 0; }
@media (forced-colors: active) { .choice:has(:checked) { outline: 2px solid; } }
`;
