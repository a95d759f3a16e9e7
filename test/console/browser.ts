import assert from 'node:assert/strict';

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const unescape = (text: string): string =>
  text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? '');
const attribute = (tag: string, name: string): string | undefined => {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined ? undefined : unescape(value);
};

/** A page that was answered, as a browser without script sees it. */
export class Page {
  readonly browser: Browser;
  readonly status: number;
  readonly path: string;
  readonly html: string;
  readonly headers: Headers;

  constructor(browser: Browser, answer: { status: number; path: string; html: string; headers: Headers }) {
    this.browser = browser;
    this.status = answer.status;
    this.path = answer.path;
    this.html = answer.html;
    this.headers = answer.headers;
  }

  /** The words on it, without markup. */
  get text(): string {
    return unescape(this.html.replace(/^[\s\S]*<body/, '<body').replaceAll(/<[^>]*>/g, ' ')).replaceAll(/\s+/g, ' ');
  }

  get title(): string {
    return unescape(/<h1>([\s\S]*?)<\/h1>/.exec(this.html)?.[1] ?? '').trim();
  }

  /** The first link with this path's end. */
  link(end: string): string {
    const all = [...this.html.matchAll(/<a\s[^>]*>/g)].map(([tag]) => attribute(tag, 'href') ?? '');
    const found = all.find((href) => href.endsWith(end));
    assert.ok(found !== undefined, `no link ends in ${end}: ${all.join(' ')}`);
    return found;
  }

  /** What the form at `action` would send by itself. */
  fields(action: string): Record<string, string> {
    const forms = [...this.html.matchAll(/<form\s([^>]*)>([\s\S]*?)<\/form>/g)];
    const inside = forms.find(([tag]) => attribute(tag, 'action') === action)?.[2];
    assert.ok(inside !== undefined, `no form for ${action} on ${this.path}`);
    const inputs = [...inside.matchAll(/<input\s[^>]*>/g)].map(([tag]) => tag);
    const sent = inputs.filter((tag) => attribute(tag, 'type') !== 'radio' || /\schecked/.test(tag));
    const values = sent.map((tag) => [attribute(tag, 'name') ?? '', attribute(tag, 'value') ?? '']);
    const selects = [...inside.matchAll(/<select\s([^>]*)>([\s\S]*?)<\/select>/g)].map(([, tag = '', options = '']) => {
      const chosen = /<option\s[^>]*\sselected[^>]*>/.exec(options) ?? /<option\s[^>]*>/.exec(options);
      return [attribute(` ${tag}`, 'name') ?? '', attribute(chosen?.[0] ?? '', 'value') ?? ''];
    });
    return Object.fromEntries([...values, ...selects]) as Record<string, string>;
  }

  /** Fills the form at `action` in, sends it, and follows where it leads. */
  submit(action: string, typed: Record<string, string> = {}): Promise<Page> {
    return this.browser.post(action, { ...this.fields(action), ...typed });
  }
}

/** A browser without script: keeps cookies, sends forms, follows redirects. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  get(path: string): Promise<Page> {
    return this.request(path, 'GET');
  }

  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> {
    return this.request(path, 'POST', new URLSearchParams(fields), headers);
  }

  /** A token of this browser, from any page with a form. */
  async csrf(): Promise<string> {
    const { html } = await this.get('/console/sign-in');
    return /name="csrf"[^>]*value="([^"]+)"/.exec(html)?.[1] ?? '';
  }

  async request(
    path: string,
    method: string,
    body?: URLSearchParams,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    const url = new URL(path, this.#origin);
    assert.equal(url.origin, this.#origin);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, {
      method,
      headers: { accept: 'text/html', cookie, ...headers },
      body: body ?? null,
      redirect: 'manual',
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (location !== null) {
      assert.equal(answer.status, 303);
      return this.get(location);
    }
    const html = await answer.text();
    return new Page(this, { status: answer.status, path: url.pathname + url.search, html, headers: answer.headers });
  }
}
