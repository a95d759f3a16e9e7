import type { IncomingMessage, ServerResponse } from 'node:http';
import { clock } from '../../platform/clock/clock.ts';
import { identifyAs } from '../../platform/context/context.ts';
import type { CarillonError } from '../../platform/errors/errors.ts';
import { readJson } from '../../platform/http/body.ts';
import { addressKey } from '../../platform/http/address.ts';
import { asCarillonError } from '../../platform/http/errors.ts';
import { createRate } from '../../platform/http/rate.ts';
import { errorHeaders, reportError, sendText } from '../../platform/http/reply.ts';
import type { HotRoute } from '../../platform/http/route.ts';
import { requestContext } from '../../platform/context/context.ts';
import type { Ground } from '../../trail/ground.ts';
import { groupEndpoint } from './groups/endpoint.ts';
import { configurationEndpoint, notImplemented, resourceTypeEndpoint, schemaEndpoint } from './http/discovery.ts';
import { bearerOf, bodyTypes, type Endpoint, projectionOf, type ScimReply, type ScimRequest } from './http/request.ts';
import type { ScimKey } from './keys/key.entity.ts';
import { findScimKey, noteKeyUsed } from './keys/keys.ts';
import { scimError } from './protocol/errors.ts';
import { errorBody, mediaType } from './protocol/messages.ts';
import { userEndpoint } from './users/endpoint.ts';

const root = '/scim/v2';
/** A full push of a group of 50,000 members is about 4 MB. */
const bodyLimit = 8 * 1024 * 1024;
/** Wrong keys a minute from one address, before it has to wait. */
const wrongKeysPerMinute = 60;

/** endpoint → what it does. A new resource is one folder, and a line here. */
const endpoints: Record<string, Endpoint> = {
  Users: userEndpoint,
  Groups: groupEndpoint,
  ServiceProviderConfig: configurationEndpoint,
  ResourceTypes: resourceTypeEndpoint,
  Schemas: schemaEndpoint,
  Me: notImplemented('/Me'),
  Bulk: notImplemented('/Bulk'),
};

/** SCIM 2.0 (RFC 7644) on node:http: key, rate, endpoint, method, answer. */
export function scimRoute({ ground }: { ground: Ground }): HotRoute {
  const perKey = createRate({ points: ground.config.scimRate, seconds: 1 });
  const wrongKeys = createRate({ points: wrongKeysPerMinute, seconds: 60 });
  return {
    name: 'scim',
    matches: (_method, path) => path === root || path.startsWith(`${root}/`),
    async handle(req, res, url) {
      try {
        const key = await authenticate(ground, req, wrongKeys);
        await perKey(key.id);
        send(req, res, await answer(ground, key, req, url));
      } catch (thrown) {
        reportError(ground.log, thrown);
        refuse(res, asCarillonError(thrown), thrown);
      }
    },
  };
}

async function authenticate(
  ground: Ground,
  req: IncomingMessage,
  wrongKeys: (address: string) => Promise<void>,
): Promise<ScimKey> {
  const token = bearerOf(req);
  const key = token === null ? null : await findScimKey(ground.db.read, token);
  if (!key) {
    await wrongKeys(addressKey(requestContext().clientAddress));
    const refusal = scimError('scim.keyRefused');
    ground.trail.refused({ eventName: 'ScimRequest', organisationId: null }, refusal);
    throw refusal;
  }
  const { id, organisationId, accountId, name } = key;
  identifyAs({ type: 'ScimKey', principalId: id, userName: name, organisationId, accountId });
  noteKeyUsed(ground, key, clock.now());
  return key;
}

async function answer(ground: Ground, key: ScimKey, req: IncomingMessage, url: URL): Promise<ScimReply> {
  const [name = '', ...rest] = url.pathname
    .slice(root.length + 1)
    .split('/')
    .map(decodeURIComponent);
  const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  const id = rest[0] || null;
  if (!endpoint || rest.length > 1) throw scimError('scim.notFound', { values: { id: url.pathname.slice(0, 128) } });
  const method = req.method === 'HEAD' ? 'GET' : (req.method ?? '');
  const request: ScimRequest = {
    ground,
    scope: { organisationId: key.organisationId, accountId: key.accountId, connectionId: key.connectionId },
    keyId: key.id,
    method,
    id,
    query: url.searchParams,
    projection: projectionOf(url.searchParams),
    base: `${ground.config.publicUrl}${root}`,
    body: () => readJson(req, { limit: bodyLimit, types: bodyTypes }),
  };
  if (id === null) {
    const handle = Object.hasOwn(endpoint.collection, method) ? endpoint.collection[method] : undefined;
    if (!handle) throw scimError('scim.methodNotAllowed', { values: { method } });
    return handle(request);
  }
  const handle = Object.hasOwn(endpoint.resource, method) ? endpoint.resource[method] : undefined;
  if (!handle) throw scimError('scim.methodNotAllowed', { values: { method } });
  return handle(request, id);
}

function send(req: IncomingMessage, res: ServerResponse, reply: ScimReply): void {
  if (reply.location) res.setHeader('location', reply.location);
  if (reply.body === undefined) {
    res.writeHead(reply.status).end();
    return;
  }
  sendText(res, reply.status, mediaType, req.method === 'HEAD' ? '' : JSON.stringify(reply.body));
}

function refuse(res: ServerResponse, error: CarillonError, thrown: unknown): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const challenge = error.kind === 'Unauthorized' ? { 'www-authenticate': 'Bearer realm="SCIM"' } : {};
  sendText(res, error.status, mediaType, JSON.stringify(errorBody(error)), { ...errorHeaders(thrown), ...challenge });
}
