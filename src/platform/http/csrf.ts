import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { newToken } from '../ids/ids.ts';
import type { Cookies } from './cookies.ts';
import { refuse } from './errors.ts';

/** The name of the hidden field that carries the token. */
export const csrfField = 'csrf';

const browserCookie = 'carillon_browser';

export interface Csrf {
  /** The token for a form on the page that answers `req`; gives the browser its cookie if it has none. */
  token: (req: IncomingMessage, res: ServerResponse) => string;
  /** The browser's own random value, made if it has none: what an attempt to sign in can be bound to. */
  browser: (req: IncomingMessage, res: ServerResponse) => string;
  /** @throws csrf.foreign, csrf.token */
  check: (req: IncomingMessage, body: URLSearchParams) => void;
}

/**
 * Keeps forms of other sites out: by where the browser says the request comes from (Fetch Metadata, RFC 6454 §7), and
 * by a token in the form that is an HMAC of a random cookie, so that nothing is stored.
 */
export function createCsrf({ key, cookies, publicUrl }: { key: Buffer; cookies: Cookies; publicUrl: string }): Csrf {
  // Made once: of bytes Node makes such an object at each use, which costs more than the HMAC.
  const ready = createSecretKey(key);
  const fresh = new WeakMap<IncomingMessage, string>();
  const known = (req: IncomingMessage): string | undefined => {
    const value = cookies.read(req, browserCookie);
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
  };
  const mac = (browser: string): Buffer => createHmac('sha256', ready).update(`csrf\0${browser}`).digest();
  const browser = (req: IncomingMessage, res: ServerResponse): string => {
    const value = known(req) ?? fresh.get(req);
    if (value !== undefined) return value;
    const made = newToken();
    fresh.set(req, made);
    cookies.set(res, browserCookie, made);
    return made;
  };
  return {
    browser,
    token: (req, res) => mac(browser(req, res)).toString('base64url'),
    check(req, body) {
      const site = req.headers['sec-fetch-site'];
      if (site !== undefined && site !== 'same-origin' && site !== 'none')
        throw refuse('csrf.foreign', { detail: `site ${site}` });
      const { origin } = req.headers;
      // 'null' tells nothing: privacy settings send it too. The token decides.
      if (origin !== undefined && origin !== 'null' && origin !== publicUrl)
        throw refuse('csrf.foreign', { detail: `origin ${origin}` });
      const value = known(req);
      const given = Buffer.from(body.get(csrfField) ?? '', 'base64url');
      const right = mac(value ?? '');
      if (value === undefined || given.length !== right.length || !timingSafeEqual(given, right))
        throw refuse('csrf.token');
    },
  };
}
