/** Where a browser came to rest. */
export interface Rest {
  url: string;
  status: number;
  body: string;
}

/** As much of a browser as a sign-in without JavaScript needs: cookies by host, and redirects. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();

  /** @param until an address at which to stop: the application's, which need not be there */
  open = (url: string, until?: string): Promise<Rest> => this.#go(url, { method: 'GET' }, until);

  post = (url: string, fields: Record<string, string>, until?: string): Promise<Rest> =>
    this.#go(url, { method: 'POST', body: new URLSearchParams(fields) }, until);

  async #go(url: string, init: RequestInit, until?: string): Promise<Rest> {
    if (until !== undefined && url.startsWith(until)) return { url, status: 0, body: '' };
    const host = new URL(url).hostname;
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const reply = await fetch(url, { ...init, headers: { cookie }, redirect: 'manual' });
    for (const line of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const location = reply.headers.get('location');
    if (location === null) return { url, status: reply.status, body: await reply.text() };
    await reply.body?.cancel();
    return this.#go(new URL(location, url).href, { method: 'GET' }, until);
  }
}
