/** A piece of markup that is safe to send. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = Html | string | number | null | undefined | false | readonly Value[];

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in an element or in a quoted attribute. */
export const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

function render(value: Value): string {
  if (value instanceof Html) return value.text;
  if (value === null || value === undefined || value === false) return '';
  return typeof value === 'object' ? value.map(render).join('') : escape(String(value));
}

/** Tagged template: values are escaped; `Html` and lists of it are taken as they are; null, undefined, false are nothing. */
export const html = (strings: TemplateStringsArray, ...values: Value[]): Html =>
  new Html(strings.reduce((text, piece, i) => text + render(values[i - 1]) + piece));

/** Markup of our own that is no template; never for anything that came from outside. */
export const raw = (markup: string): Html => new Html(markup);

/**
 * An address for `href`: a path of ours or http(s), anything else becomes `#`.
 * Escaping alone would let `javascript:` through.
 */
export function safeHref(address: string): string {
  // Browsers drop tabs and line breaks, so "/<tab>/host" would be another host.
  if (/[\p{Cc}\s]/u.test(address)) return '#';
  const own = /^\/(?![/\\])/.test(address);
  return own || (/^https?:\/\//i.test(address) && URL.canParse(address)) ? address : '#';
}
