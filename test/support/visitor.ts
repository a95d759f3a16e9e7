import { parseCookies } from '../../src/platform/http/cookies.ts';

export interface Answer {
  url: string;
  status: number;
  headers: Headers;
  body: string;
}

/** As much of a browser as forms need: cookies for each origin, redirects one by one, hidden fields. */
export class Visitor {
  readonly home: string;
  readonly userAgent: string;
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(home: string, userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0') {
    this.home = home;
    this.userAgent = userAgent;
  }

  /** One request; a redirect is not followed. */
  async send(path: string, init: RequestInit = {}): Promise<Answer> {
    const url = new URL(path, this.home);
    const jar = this.jar(url.origin);
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
      for (const [name, value] of parseCookies(line.split(';')[0])) {
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
    }
    return { url: url.href, status: reply.status, headers: reply.headers, body: await reply.text() };
  }

  /** Goes on from an answer through its redirects, until one that satisfies `until`, or that is none. */
  async follow(answer: Answer, until: (location: string) => boolean = () => false): Promise<Answer> {
    const location = answer.headers.get('location');
    if (location === null) return answer;
    const next = new URL(location, answer.url).href;
    return until(next) ? { ...answer, url: next } : this.follow(await this.send(next), until);
  }

  open = async (path: string): Promise<Answer> => this.follow(await this.send(path));

  /** Sends a form with the token that the given page, or the sign-in page, has for it. */
  async post(action: string, fields: Record<string, string> = {}, page = '/signin'): Promise<Answer> {
    const { body } = await this.send(page);
    const csrf = /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
    return this.send(action, { method: 'POST', body: new URLSearchParams({ csrf, ...fields }) });
  }

  jar(origin = this.home): Map<string, string> {
    const jar = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, jar);
    return jar;
  }
}
