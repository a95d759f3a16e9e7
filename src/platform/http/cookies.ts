import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The cookies of a request (RFC 6265 §4.2.1). Of two with one name the first counts.
 * A Map, so that a cookie named `__proto__` is a name like any other.
 */
export function parseCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(at, 0)).trim();
    if (name !== '' && !cookies.has(name))
      cookies.set(
        name,
        pair
          .slice(at + 1)
          .trim()
          .replace(/^"(.*)"$/, '$1'),
      );
  }
  return cookies;
}

export interface Cookies {
  /** The value that the browser sent. */
  read: (req: IncomingMessage, name: string) => string | undefined;
  /** Sets the cookie for `seconds`, or until the browser is closed. */
  set: (res: ServerResponse, name: string, value: string, seconds?: number) => void;
  clear: (res: ServerResponse, name: string) => void;
}

/**
 * Cookies that only this origin sees: HttpOnly, SameSite=Lax, Path=/, and with https Secure under the prefix `__Host-`
 * (RFC 6265bis §4.1.3.2), which no other host can set. Values are tokens: letters, digits and `-._~`.
 */
export function createCookies(publicUrl: string): Cookies {
  const secure = publicUrl.startsWith('https:');
  const full = (name: string): string => (secure ? `__Host-${name}` : name);
  /** A request is asked for several of its cookies. */
  const parsed = new WeakMap<IncomingMessage, Map<string, string>>();
  const cookiesOf = (req: IncomingMessage): Map<string, string> => {
    const known = parsed.get(req);
    if (known) return known;
    const cookies = parseCookies(req.headers.cookie);
    parsed.set(req, cookies);
    return cookies;
  };
  const write = (res: ServerResponse, name: string, value: string, seconds: number | undefined): void => {
    if (!/^[\w.~-]*$/.test(value)) throw new Error(`the cookie ${name} can only hold a token`);
    const age = seconds === undefined ? '' : `; Max-Age=${Math.floor(seconds)}`;
    const cookie = `${full(name)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}${age}`;
    const others = [res.getHeader('set-cookie') ?? []].flat().map(String);
    res.setHeader('set-cookie', [...others.filter((other) => !other.startsWith(`${full(name)}=`)), cookie]);
  };
  return {
    read: (req, name) => cookiesOf(req).get(full(name)),
    set: write,
    clear: (res, name) => write(res, name, '', 0),
  };
}
