import helmet, { contentSecurityPolicy } from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';

type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

const self = "'self'";
const none = "'none'";

function contentPolicy(formAction: readonly string[]): Middleware {
  const foreign = formAction.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (foreign !== undefined) throw new Error('form-action takes origins only');
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

/** Replaces this answer's policy by one that lets forms lead on to `origins` too. */
export function allowFormsTo(res: ServerResponse, origins: readonly string[]): void {
  contentPolicy(origins)(res.req, res, (error) => {
    if (error) throw error;
  });
}
