import helmet, { contentSecurityPolicy } from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';

type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

const self = "'self'";
const none = "'none'";

/** Also the schemes of applications on a device, which are a domain name the other way round (RFC 8252 §7.1). */
const isScheme = (source: string): boolean =>
  source === 'https:' || source === 'http:' || /^[a-z][a-z0-9]*(\.[a-z0-9-]+)+:$/.test(source);
const isOrigin = (source: string): boolean => URL.canParse(source) && new URL(source).origin === source;

function contentPolicy(formAction: readonly string[]): Middleware {
  const wrong = formAction.find((source) => !isScheme(source) && !isOrigin(source));
  if (wrong !== undefined)
    throw new Error('form-action takes origins, the schemes https: and http:, and private-use schemes only');
  return contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: [none],
      styleSrc: [self],
      scriptSrc: [self],
      imgSrc: [self],
      connectSrc: [self],
      formAction: [self, ...formAction],
      baseUri: [none],
      frameAncestors: [none],
    },
  });
}

/** The security headers of every page; HTTP Strict Transport Security only where the public origin is https. */
export function securityHeaders(publicUrl: string): Middleware {
  const rest = helmet({
    contentSecurityPolicy: false,
    // Same-origin, not none: forms must keep their Origin header, which the CSRF check reads.
    referrerPolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
    strictTransportSecurity: publicUrl.startsWith('https:') ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
  const policy = contentPolicy([]);
  return (req, res, next) => {
    res.setHeader('cache-control', 'no-store');
    rest(req, res, (error) => (error ? next(error) : policy(req, res, next)));
  };
}

/** Replaces this answer's policy by one that lets forms lead on to `sources` too: origins, or whole schemes. */
export function allowFormsTo(res: ServerResponse, sources: readonly string[]): void {
  contentPolicy(sources)(res.req, res, (error) => {
    if (error) throw error;
  });
}
