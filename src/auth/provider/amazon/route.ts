import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestContext } from '../../../platform/context/context.ts';
import { addressKey } from '../../../platform/http/address.ts';
import { readForm } from '../../../platform/http/body.ts';
import { refuse as httpErrors } from '../../../platform/http/errors.ts';
import { securityHeaders } from '../../../platform/http/pages/policy.ts';
import { createRate } from '../../../platform/http/rate.ts';
import type { HotRoute } from '../../../platform/http/route.ts';
import type { OpenIdProvider } from '../provider.ts';
import { refuse, underOurOrigin, userCodesAMinute, withHeaders } from '../route.ts';
import { codePairRequest } from './codepair.ts';
import { amazonErrors } from './errors.ts';
import { amazonPaths, isBrowserPath } from './paths.ts';
import { Polls } from './polls.ts';
import { askedScope } from './scopes.ts';
import { rewritten } from './rewritten.ts';
import { tokenRequest } from './token-request.ts';
import { refuseProgram } from './words.ts';

const longestForm = 16 * 1024;
/** What an authorization request may say; Amazon ignores the rest, so it is not handed on. */
const known = [
  'client_id',
  'scope',
  'response_type',
  'redirect_uri',
  'state',
  'code_challenge',
  'code_challenge_method',
];
const programPaths: readonly string[] = [amazonPaths.token, amazonPaths.codePair];

/** What oidc-provider answers of Login with Amazon, on node:http: `/ap/…`, tokens and code pairs. */
export function amazonRoute(amazon: OpenIdProvider): HotRoute {
  const { ground, artifacts, clients } = amazon.parts;
  const { config, log } = ground;
  const origin = new URL(config.publicUrl);
  const headers = securityHeaders(config.publicUrl);
  const beginning = createRate({ points: config.signInRate, seconds: 60 });
  const pushing = createRate({ points: config.signInRate, seconds: 60 });
  const typing = createRate({ points: userCodesAMinute, seconds: 60 });
  const polls = new Polls();

  const handOver = async (req: IncomingMessage, res: ServerResponse, target: string): Promise<void> => {
    underOurOrigin(req, '', target, origin);
    const { answer } = await amazon.current();
    await answer(req, res);
  };

  const browser = async (req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> => {
    const { pathname } = url;
    await withHeaders(headers, req, res);
    try {
      if (!isBrowserPath(req.method ?? '', pathname)) throw httpErrors('http.notFound');
      const address = addressKey(requestContext().clientAddress);
      if (pathname === amazonPaths.device && req.method === 'POST') await typing(address);
      else if (pathname === amazonPaths.authorization || pathname === amazonPaths.device) await beginning(address);
    } catch (error) {
      return refuse(res, error);
    }
    await handOver(req, res, pathname === amazonPaths.authorization ? `${pathname}?${asked(url)}` : pathname);
  };

  const program = async (req: IncomingMessage, res: ServerResponse, { pathname }: URL): Promise<void> => {
    if (req.method === 'OPTIONS') return handOver(req, res, pathname);
    try {
      if (req.method !== 'POST') throw amazonErrors('amazon.methodWrong', { values: { methods: 'POST' } });
      if (pathname === amazonPaths.codePair) await pushing(addressKey(requestContext().clientAddress));
      const form = await formOf(req);
      const request = await (pathname === amazonPaths.token
        ? tokenRequest({ artifacts, polls }, form)
        : codePairRequest({ clients }, form));
      await handOver(rewritten(req, request), res, pathname);
    } catch (error) {
      refuseProgram(log, res, error);
    }
  };

  return {
    name: 'amazon',
    matches: (_method, path) => path.startsWith('/ap/') || programPaths.includes(path),
    handle: (req, res, url) => (programPaths.includes(url.pathname) ? program : browser)(req, res, url),
  };
}

/** The query of an authorization request, as oidc-provider is to see it. */
function asked({ searchParams }: URL): string {
  const query = new URLSearchParams([...searchParams].filter(([name]) => known.includes(name)));
  const scope = query.get('scope');
  if (scope !== null) query.set(askedScope, scope);
  return query.toString();
}

/** @throws amazon.parameterTwice (RFC 6749 §3.2), body.* */
async function formOf(req: IncomingMessage): Promise<URLSearchParams> {
  const form = await readForm(req, { limit: longestForm });
  if (new Set(form.keys()).size !== form.size) throw amazonErrors('amazon.parameterTwice');
  return form;
}
