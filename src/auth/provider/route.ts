import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestContext } from '../../platform/context/context.ts';
import { addressKey } from '../../platform/http/address.ts';
import { asCarillonError, refuse as httpErrors } from '../../platform/http/errors.ts';
import { errorPage } from '../../platform/http/pages/error-page.ts';
import { errorHeaders, sendJson, sendText } from '../../platform/http/reply.ts';
import { securityHeaders } from '../../platform/http/pages/policy.ts';
import { readForm } from '../../platform/http/body.ts';
import { createRate } from '../../platform/http/rate.ts';
import type { HotRoute } from '../../platform/http/route.ts';
import { isEndpoint } from './paths.ts';
import type { OpenIdProvider } from './provider.ts';

const mount = '/oidc';
/** It becomes an address, which is as long as all headers may be. */
const longestForm = 8 * 1024;
const longestPushed = 16 * 1024;
/** RFC 8414 §3.1: between host and path, where OpenID Connect Discovery puts it behind the path. */
const oauthDiscovery = `/.well-known/oauth-authorization-server${mount}`;
/** What answers with pages, or with redirects of a browser. */
const browserPath = /^\/(auth|device|logout)(\/|$)/;
/** User codes that may be typed from one address in a minute (RFC 8628 §5.1). */
export const userCodesAMinute = 20;

/** The OpenID provider on node:http, before Express: `/oidc/…` but the pages that ask something (`interaction/`). */
export function providerRoute(openid: OpenIdProvider): HotRoute {
  const { config } = openid.parts.ground;
  const { host, protocol } = new URL(config.publicUrl);
  const headers = securityHeaders(config.publicUrl);
  const beginning = createRate({ points: config.signInRate, seconds: 60 });
  const pushing = createRate({ points: config.signInRate, seconds: 60 });
  const typing = createRate({ points: userCodesAMinute, seconds: 60 });

  return {
    name: 'oidc',
    matches: (_method, path) =>
      path === oauthDiscovery || (path.startsWith(`${mount}/`) && !path.startsWith(`${mount}/interaction/`)),
    async handle(req, res, url) {
      const path =
        url.pathname === oauthDiscovery ? '/.well-known/oauth-authorization-server' : url.pathname.slice(mount.length);
      const address = addressKey(requestContext().clientAddress);
      try {
        if (!isEndpoint(req.method ?? '', path)) throw httpErrors('http.notFound');
        if (path === '/device' && req.method === 'POST') await typing(address);
        else if (path === '/auth' || path === '/device') await beginning(address);
        else if (isPushed(req, path)) await pushedMay(req, pushing, address);
      } catch (error) {
        await withHeaders(headers, req, res);
        return isPushed(req, path) ? refuseProgram(res, error) : refuse(res, error);
      }
      if (req.method === 'POST' && (path === '/auth' || path === '/logout')) return asGet(req, res, url.pathname);
      if (browserPath.test(path)) await withHeaders(headers, req, res);
      underOurOrigin(req, mount, path + url.search, { host, protocol });
      const { answer } = await openid.current();
      await answer(req, res);
    },
  };
}

/** What a program sends on behalf of somebody, of which a row is kept (RFC 9126, RFC 8628 §3.1). */
const isPushed = ({ method }: IncomingMessage, path: string): boolean =>
  method === 'POST' && (path === '/par' || path === '/device/auth');

/** @throws rate.exceeded, body.tooLarge */
async function pushedMay(req: IncomingMessage, rate: (key: string) => Promise<void>, address: string): Promise<void> {
  await rate(address);
  if (Number(req.headers['content-length'] ?? 0) > longestPushed) {
    throw httpErrors('body.tooLarge', { values: { limit: longestPushed } });
  }
}

/** Tells a program, in OAuth's own words (RFC 6749 §5.2). */
function refuseProgram(res: ServerResponse, thrown: unknown): void {
  const { status, message } = asCarillonError(thrown);
  const error = status === 429 ? 'temporarily_unavailable' : status >= 500 ? 'server_error' : 'invalid_request';
  sendJson(res, status, { error, error_description: message }, errorHeaders(thrown));
}

/** Tells a person, in a page, that there is nothing, or that it was too often. */
export function refuse(res: ServerResponse, error: unknown): void {
  const { text } = errorPage(error, requestContext().requestId);
  sendText(res, asCarillonError(error).status, 'text/html; charset=utf-8', text, errorHeaders(error));
}

/**
 * Requests to these may be posted (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2). A post from another site
 * brings no cookie; the GET to which the browser is led does.
 */
async function asGet(req: IncomingMessage, res: ServerResponse, path: string): Promise<void> {
  const form = await readForm(req, { limit: longestForm });
  res
    .writeHead(303, { location: `${path}?${form.toString()}`, 'cache-control': 'no-store', 'content-length': 0 })
    .end();
}

/**
 * The request as oidc-provider is to see it: at our public origin, from the client's address, under its mount. Whatever
 * the client has said of these is written over, so no link or issuer is ever made from the Host header.
 */
export function underOurOrigin(
  req: IncomingMessage,
  under: string,
  target: string,
  { host, protocol }: { host: string; protocol: string },
): void {
  (req as IncomingMessage & { originalUrl?: string }).originalUrl = under + target;
  req.url = target;
  req.headers.host = host;
  req.headers['x-forwarded-host'] = host;
  req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
  req.headers['x-forwarded-for'] = requestContext().clientAddress;
}

export const withHeaders = (
  set: ReturnType<typeof securityHeaders>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> => new Promise((resolve, reject) => set(req, res, (error) => (error ? reject(error) : resolve())));
