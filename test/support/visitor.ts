import assert from 'node:assert/strict';
import { Page } from './page.ts';

/** As much of a browser as there is without JavaScript: cookies for each host, forms, redirects one by one. */
export class Visitor {
  readonly home: string;
  readonly userAgent: string;
  readonly #jars = new Map<string, Map<string, string>>();

  constructor(home: string, userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0') {
    this.home = home;
    this.userAgent = userAgent;
  }

  /** One request; a redirect is not followed. */
  async send(path: string, init: RequestInit = {}): Promise<Page> {
    const url = new URL(path, this.home);
    const jar = this.jar(url.href);
    const reply = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: {
        'user-agent': this.userAgent,
        accept: 'text/html',
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(init.headers as Record<string, string>),
      },
    });
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /;\s*max-age=0(?:;|$)/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return new Page(this, { url: url.href, status: reply.status, headers: reply.headers, body: await reply.text() });
  }

  /** Sends these fields, and no others, as a form does; one request. */
  post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Page> =>
    this.send(path, { method: 'POST', body: new URLSearchParams(fields), headers });

  /** Sends fields with the token that `page` has for forms; one request. */
  postFrom = async (page: string, action: string, fields: Record<string, string> = {}): Promise<Page> =>
    this.post(action, { csrf: (await this.send(page)).csrf, ...fields });

  /** Goes on through redirects, wherever they lead, until an address that satisfies `until`, or a page. */
  async follow(page: Page, until: (location: string) => boolean = () => false): Promise<Page> {
    const next = page.location;
    if (next === null) return page;
    if (!until(next)) return this.follow(await this.send(next), until);
    const { status, headers, body } = page;
    return new Page(this, { url: next, status, headers, body });
  }

  /** Goes on through redirects that stay on this site and, as after a form, say "see other" (RFC 9110 §15.4.4). */
  async followHere(page: Page): Promise<Page> {
    const next = page.location;
    if (next === null) return page;
    assert.equal(page.status, 303);
    assert.equal(new URL(next).origin, this.home);
    return this.followHere(await this.send(next));
  }

  open = async (path: string, until?: (location: string) => boolean): Promise<Page> =>
    this.follow(await this.send(path), until);

  /** Opens a page of this site. */
  get = async (path: string): Promise<Page> => this.followHere(await this.send(path));

  /** The cookies of a host; like a browser's, whatever the port (RFC 6265 §8.5). */
  jar(url = this.home): Map<string, string> {
    const { hostname } = new URL(url);
    const jar = this.#jars.get(hostname) ?? new Map<string, string>();
    this.#jars.set(hostname, jar);
    return jar;
  }
}
