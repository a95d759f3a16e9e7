import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CarillonError } from '../../platform/errors/errors.ts';
import { faultPoint } from '../../platform/fault-points/fault-points.ts';
import { readJson } from '../../platform/http/body.ts';
import { asCarillonError } from '../../platform/http/errors.ts';
import { createRate } from '../../platform/http/rate.ts';
import { errorHeaders, reportError, sendText } from '../../platform/http/reply.ts';
import type { HotRoute } from '../../platform/http/route.ts';
import type { Ground } from '../../trail/ground.ts';
import type { Action } from '../../trail/trail.ts';
import { groupEndpoint } from './groups/endpoint.ts';
import { authenticate } from './http/authenticate.ts';
import { configurationEndpoint, notImplemented, resourceTypeEndpoint, schemaEndpoint } from './http/discovery.ts';
import { bodyTypes, type Endpoint, projectionOf, type ScimReply, type ScimRequest } from './http/request.ts';
import type { ScimKey } from './keys/key.entity.ts';
import { KeyMemory } from './keys/memory.ts';
import { badSyntax, scimError } from './protocol/errors.ts';
import { errorBody, mediaType } from './protocol/messages.ts';
import { userEndpoint } from './users/endpoint.ts';

const root = '/scim/v2';
/** A full push of a group of 50,000 members is about 4 MB. */
const bodyLimit = 8 * 1024 * 1024;
/** Wrong keys a minute from one address, before it has to wait. */
const wrongKeysPerMinute = 60;

/** endpoint → what it does. A new resource is one folder, and a line here. */
const endpoints: ReadonlyMap<string, Endpoint> = new Map([
  ['Users', userEndpoint],
  ['Groups', groupEndpoint],
  ['ServiceProviderConfig', configurationEndpoint],
  ['ResourceTypes', resourceTypeEndpoint],
  ['Schemas', schemaEndpoint],
  ['Me', notImplemented('/Me')],
  ['Bulk', notImplemented('/Bulk')],
]);

/** SCIM 2.0 (RFC 7644) on node:http: key, rate, endpoint, method, answer. */
export function scimRoute({ ground }: { ground: Ground }): HotRoute {
  const keys = new KeyMemory(ground);
  const perKey = createRate({ points: ground.config.scimRate, seconds: 1 });
  const wrongKeys = createRate({ points: wrongKeysPerMinute, seconds: 60 });
  return {
    name: 'scim',
    matches: (_method, path) => path === root || path.startsWith(`${root}/`),
    async handle(req, res, url) {
      let key: ScimKey | null = null;
      try {
        key = await authenticate(ground, keys, req, wrongKeys);
        await perKey(key.id);
        send(res, await answer(ground, key, req, res, url));
        faultPoint('scim.answered', req.method);
      } catch (thrown) {
        reportError(ground.log, thrown);
        const error = asCarillonError(thrown);
        // Not of a flood: the log and the metrics count it.
        if (error.kind !== 'Throttled') ground.trail.refused(actionOf(key, req, url), error);
        refuse(res, error);
      }
    },
  };
}

async function answer(
  ground: Ground,
  key: ScimKey,
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
): Promise<ScimReply> {
  const [name = '', ...rest] = segmentsOf(url);
  const endpoint = endpoints.get(name);
  const id = rest[0] || null;
  // No id has a NUL in it, which PostgreSQL takes in no text.
  const isStrange = rest.length > 1 || rest[0]?.includes('\0');
  if (!endpoint || isStrange) throw scimError('scim.notFound', { values: { id: url.pathname.slice(0, 128) } });
  const method = req.method === 'HEAD' ? 'GET' : (req.method ?? '');
  const handlers = id === null ? endpoint.collection : endpoint.resource;
  const handle = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
  if (!handle) {
    res.setHeader('allow', allowed(Object.keys(handlers)));
    throw scimError('scim.methodNotAllowed', { values: { method } });
  }
  const request: ScimRequest = {
    ground,
    scope: { organisationId: key.organisationId, accountId: key.accountId, connectionId: key.connectionId },
    keyId: key.id,
    query: url.searchParams,
    projection: projectionOf(url.searchParams),
    base: `${ground.config.publicUrl}${root}`,
    body: () => readJson(req, { limit: bodyLimit, types: bodyTypes }),
  };
  return handle(request, id ?? '');
}

/** What follows the root. @throws scim.invalidSyntax for an address with a broken escape (RFC 3986 §2.1) */
function segmentsOf(url: URL): string[] {
  try {
    return url.pathname
      .slice(root.length + 1)
      .split('/')
      .map(decodeURIComponent);
  } catch {
    throw badSyntax('the address has a broken percent-escape');
  }
}

const allowed = (methods: readonly string[]): string =>
  methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');

const verbs: ReadonlyMap<string, string> = new Map([
  ['GET', 'Get'],
  ['HEAD', 'Get'],
  ['POST', 'Create'],
  ['PUT', 'Update'],
  ['PATCH', 'Update'],
  ['DELETE', 'Delete'],
]);

/** A refused request as the trail names it, when it came to no unit of work that would. */
function actionOf(key: ScimKey | null, { method = '' }: IncomingMessage, { pathname }: URL): Action {
  const verb = verbs.get(method);
  const noun = endpoints.get(pathname.slice(root.length + 1).split('/')[0] ?? '')?.noun;
  return {
    readOnly: method === 'GET' || method === 'HEAD',
    eventName: key && verb && noun ? `${verb}${noun}` : 'ScimRequest',
    organisationId: key?.organisationId ?? null,
    accountId: key?.accountId ?? null,
    requestParameters: { method, path: pathname.slice(0, 256) },
  };
}

function send(res: ServerResponse, reply: ScimReply): void {
  if (reply.location) res.setHeader('location', reply.location);
  if (reply.body === undefined) res.writeHead(reply.status).end();
  else sendText(res, reply.status, mediaType, JSON.stringify(reply.body));
}

function refuse(res: ServerResponse, error: CarillonError): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const challenge = error.kind === 'Unauthorized' ? { 'www-authenticate': 'Bearer realm="SCIM"' } : {};
  sendText(res, error.status, mediaType, JSON.stringify(errorBody(error)), { ...errorHeaders(error), ...challenge });
}
