import express from 'express';
import type { ErrorRequestHandler, Express, Request, RequestHandler, Router } from 'express';
import type { Config } from '../../config/settings.ts';
import { requestContext } from '../../context/context.ts';
import type { Log } from '../../log/log.ts';
import { readForm } from '../body.ts';
import type { Csrf } from '../csrf.ts';
import { asCarillonError, errorBody, refuse } from '../errors.ts';
import { errorHeaders, reportError } from '../reply.ts';
import { errorPage } from './error-page.ts';
import { securityHeaders } from './policy.ts';

const formLimit = 16 * 1024;
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

interface PagesOptions {
  config: Pick<Config, 'publicUrl'>;
  csrf: Csrf;
  log: Log;
  routes: readonly Router[];
}

/** The form that came with the request, checked; empty for a request without one. */
export const formOf = (req: Request): URLSearchParams => {
  const body: unknown = req.body;
  return body instanceof URLSearchParams ? body : new URLSearchParams();
};

/** Every request that may change something is a form with the right token: no route can forget it. */
const forms =
  (csrf: Csrf): RequestHandler =>
  async (req, _res, next) => {
    if (!safeMethods.has(req.method)) {
      const form = await readForm(req, { limit: formLimit });
      csrf.check(req, form);
      req.body = form;
    }
    next();
  };

const failures =
  (log: Log): ErrorRequestHandler =>
  (thrown: unknown, req, res, _next) => {
    reportError(log, thrown);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const { requestId } = requestContext();
    res
      .status(asCarillonError(thrown).status)
      .set(Object.fromEntries(Object.entries(errorHeaders(thrown)).map(([name, value]) => [name, String(value)])));
    if (req.accepts(['html', 'json']) === 'json') res.json(errorBody(thrown, requestId));
    else res.type('html').send(errorPage(thrown, requestId).text);
  };

/** The Express application that carries pages: security headers, forms with their CSRF check, `routes`, errors. */
export function createPagesApp({ config, csrf, log, routes }: PagesOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('case sensitive routing', true);
  app.use(securityHeaders(config.publicUrl));
  app.use(forms(csrf));
  for (const router of routes) app.use(router);
  app.use(() => {
    throw refuse('http.notFound');
  });
  app.use(failures(log));
  return app;
}
