import assert from 'node:assert/strict';
import type { Visitor } from './visitor.ts';

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const unescape = (text: string): string =>
  text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? '');
const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescape(value);
};

interface Answer {
  url: string;
  status: number;
  headers: Headers;
  body: string;
}

/** What was answered, as a browser without JavaScript sees it. */
export class Page {
  readonly visitor: Visitor;
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;

  constructor(visitor: Visitor, { url, status, headers, body }: Answer) {
    this.visitor = visitor;
    this.url = url;
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** Where it redirects to. */
  get location(): string | null {
    const location = this.headers.get('location');
    return location === null ? null : new URL(location, this.url).href;
  }

  get path(): string {
    const { pathname, search } = new URL(this.url);
    return pathname + search;
  }

  /** The words on it, without markup. */
  get text(): string {
    return unescape(this.body.replace(/^[\s\S]*<body/, '<body').replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');
  }

  get title(): string {
    return unescape(/<h1>([\s\S]*?)<\/h1>/.exec(this.body)?.[1] ?? '').trim();
  }

  /** The token that its forms carry, or nothing. */
  get csrf(): string {
    return /name="csrf"[^>]*value="([^"]+)"/.exec(this.body)?.[1] ?? '';
  }

  /** The first link with this path's end. */
  link(end: string): string {
    const all = [...this.body.matchAll(/<a\s[^>]*>/g)].map(([tag]) => attribute(tag, 'href') ?? '');
    const found = all.find((href) => href.endsWith(end));
    assert.ok(found !== undefined, `no link ends in ${end}: ${all.join(' ')}`);
    return found;
  }

  /** What the form at `action` would send by itself. */
  fields(action: string): Record<string, string> {
    const forms = [...this.body.matchAll(/<form\s([^>]*)>([\s\S]*?)<\/form>/g)];
    const inside = forms.find(([tag]) => attribute(tag, 'action') === action)?.[2];
    assert.ok(inside !== undefined, `no form for ${action} on ${this.path}`);
    const inputs = [...inside.matchAll(/<input\s[^>]*>/g)].map(([tag]) => tag);
    const sent = inputs.filter(
      (tag) => !/^(radio|checkbox)$/.test(attribute(tag, 'type') ?? '') || /\schecked/.test(tag),
    );
    const values = sent.map((tag) => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? '']);
    const selects = [...inside.matchAll(/<select\s([^>]*)>([\s\S]*?)<\/select>/g)].map(([, tag = '', options = '']) => {
      const chosen = /<option\s[^>]*\sselected[^>]*>/.exec(options) ?? /<option\s[^>]*>/.exec(options);
      return [attribute(` ${tag}`, 'name') ?? '', attribute(chosen?.[0] ?? '', 'value') ?? ''];
    });
    const areas = [...inside.matchAll(/<textarea\s([^>]*)>([\s\S]*?)<\/textarea\s*>/g)].map(
      ([, tag = '', text = '']) => [attribute(` ${tag}`, 'name') ?? '', unescape(text.replace(/^\n/, ''))],
    );
    return Object.fromEntries([...values, ...selects, ...areas]) as Record<string, string>;
  }

  /** Fills the form at `action` in, sends it, and goes where it leads within the site. */
  async submit(action: string, typed: Record<string, string> = {}): Promise<Page> {
    const { visitor } = this;
    return visitor.followHere(await visitor.post(action, { ...this.fields(action), ...typed }));
  }
}
