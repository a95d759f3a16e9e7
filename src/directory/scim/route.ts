import type { IncomingMessage, ServerResponse } from 'node:http';
import { requestContext } from '../../platform/context/context.ts';
import type { CarillonError } from '../../platform/errors/errors.ts';
import { faultPoint } from '../../platform/fault-points/fault-points.ts';
import { readJson } from '../../platform/http/body.ts';
import { asCarillonError } from '../../platform/http/errors.ts';
import { createRate } from '../../platform/http/rate.ts';
import { errorHeaders, reportError, sendText, sendWhole } from '../../platform/http/reply.ts';
import type { HotRoute } from '../../platform/http/route.ts';
import { createShares, type Share } from '../../platform/http/share.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import type { Action } from '../../trail/trail.ts';
import { bulkEndpoint } from './bulk/endpoint.ts';
import { groupEndpoint } from './groups/endpoint.ts';
import { rootEndpoint } from './everything.ts';
import { answerType } from './http/accept.ts';
import { authenticate, type Gate, requireProven } from './http/authenticate.ts';
import { conditionsOf, isUnchanged, requireVersion } from './http/conditions.ts';
import { configurationEndpoint, notImplemented, resourceTypeEndpoint, schemaEndpoint } from './http/discovery.ts';
import { eventNameOf } from './http/event-name.ts';
import { queryOf } from './http/query.ts';
import { jsonOf } from './http/json.ts';
import type { Inspector } from './inspector/inspector.ts';
import { pathWithoutSecrets, withoutSecrets } from './inspector/redact.ts';
import type { Replay } from './inspector/replay/replayed.ts';
import type { Seen } from './inspector/seen.ts';
import { bodyTypes, type Endpoint, projectionOf, type ScimReply, type ScimRequest } from './http/request.ts';
import type { ScimKey } from './keys/key.entity.ts';
import { KeyMemory, type Pass } from './keys/memory.ts';
import { badSyntax, scimError } from './protocol/errors.ts';
import { errorBody } from './protocol/messages.ts';
import { identityOf } from './protocol/present.ts';
import { userEndpoint } from './users/endpoint.ts';

const root = '/scim/v2';
/** A full push of a group of 50,000 members is about 4 MB. */
const bodyLimit = 8 * 1024 * 1024;
/** Of bodies that one connection has under way at the same time. */
const bodiesLimit = 4 * bodyLimit;
/** Wrong keys a minute from one address, before it has to wait. */
const wrongKeysPerMinute = 60;

/** endpoint → what it does. A new resource is one folder, and a line here. */
const endpoints: ReadonlyMap<string, Endpoint> = new Map([
  ['', rootEndpoint],
  ['Users', userEndpoint],
  ['Groups', groupEndpoint],
  ['ServiceProviderConfig', configurationEndpoint],
  ['ResourceTypes', resourceTypeEndpoint],
  ['Schemas', schemaEndpoint],
  ['Me', notImplemented('/Me')],
  ['Bulk', bulkEndpoint],
]);

/** SCIM 2.0 (RFC 7644) on node:http: key, rate, endpoint, method, answer. */
export function scimRoute({ ground, inspector }: { ground: Ground; inspector: Inspector }): HotRoute {
  const keys = new KeyMemory(ground);
  const perKey = createRate({ points: ground.config.scimRate, seconds: 1 });
  const shares = createShares(bodiesLimit);
  const wrongKeys = createRate({ points: wrongKeysPerMinute, seconds: 60 });
  const gate: Gate = { ground, keys, wrongKeys };
  return {
    name: 'scim',
    tellsId: true,
    matches: (_method, path) => path === root || path.startsWith(`${root}/`),
    async handle(req, res, given) {
      const url = tidied(given);
      let pass: Pass | null = null;
      let share: Share | null = null;
      let seen: Seen | null = null;
      try {
        const shown = await authenticate(gate, req);
        pass = shown;
        const { key } = shown;
        const noted = inspector.begin(key, req.method ?? '', url);
        seen = noted;
        await perKey(key.id);
        const own = shares(key.connectionId);
        share = own;
        const by = { key, pass: shown, share: own };
        const reply = await proven(gate, shown, req, () => answer(ground, by, req, res, url, noted));
        await send(req, res, reply);
        inspector.end(noted, reply);
        faultPoint('scim.answered', req.method);
      } catch (thrown) {
        reportError(ground.log, thrown);
        const error = asCarillonError(thrown);
        // Not of a flood: the log and the metrics count it.
        if (error.kind !== 'Throttled') ground.trail.refused(actionOf(pass?.key ?? null, req, url), error);
        refuse(req, res, error);
        if (seen) inspector.end(seen, error);
      } finally {
        share?.give();
      }
    },
  };
}

/** The same address without empty segments: a base URL is often pasted with a slash at its end. */
function tidied(url: URL): URL {
  if (!/\/(?:\/|$)/.test(url.pathname)) return url;
  const tidy = new URL(url);
  tidy.pathname = url.pathname.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '');
  return tidy;
}

/** By whom a request is, and how much of its kind there is at once. */
interface Shown {
  key: Pick<ScimKey, 'id' | 'organisationId' | 'accountId' | 'connectionId'>;
  pass?: Pass;
  share?: Share;
}

/**
 * What a request comes to, answer or error, told only under a key that is good. A read asks about a remembered key in the
 * turn of its own first question; a change's unit of work asks by itself, and whatever came to none is asked about afterwards.
 */
async function proven<T>(gate: Gate, pass: Pass, req: IncomingMessage, work: () => Promise<T>): Promise<T> {
  if (pass.isProven) return work();
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  const proof = isRead ? requireProven(gate, pass) : null;
  proof?.catch(() => undefined);
  const isGood = (): Promise<void> => proof ?? requireProven(gate, pass);
  let done: T;
  try {
    done = await work();
  } catch (error) {
    await isGood();
    throw error;
  }
  await isGood();
  return done;
}

/** Answers a request whose key was good. @param replay when an administrator does it again */
export async function answer(
  ground: Ground,
  { key, pass, share }: Shown,
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  seen: Seen,
  replay?: Replay,
): Promise<ScimReply> {
  const { endpoint, id, isSearch, isStrange } = targetOf(url);
  if (!endpoint || isStrange)
    throw scimError('scim.notFound', { values: { id: pathWithoutSecrets(url.pathname).slice(0, 128) } });
  const method = req.method === 'HEAD' ? 'GET' : (req.method ?? '');
  const handlers = isSearch ? (endpoint.search ?? {}) : id === null ? endpoint.collection : endpoint.resource;
  const handle = endpoint.any ?? (Object.hasOwn(handlers, method) ? handlers[method] : undefined);
  if (!handle) {
    res.setHeader('allow', allowed(Object.keys(handlers)));
    throw scimError('scim.methodNotAllowed', { values: { method } });
  }
  const query = queryOf(url.searchParams);
  const request: ScimRequest = {
    ground,
    scope: { organisationId: key.organisationId, accountId: key.accountId, connectionId: key.connectionId },
    keyId: key.id,
    pass,
    query,
    projection: projectionOf(query),
    conditions: conditionsOf(req.headers),
    base: `${ground.config.publicUrl}${root}`,
    body: (limit = bodyLimit) => seen.reading(req, readJson(req, { limit, types: bodyTypes, share })),
    seen,
    replay,
  };
  const reply = await handle(request, id ?? '');
  const version = versionIn(reply);
  // RFC 9110 §13.1.1: also a read is for the version that it names. A change has asked under its lock.
  if (method === 'GET' && version !== undefined) requireVersion({ ifMatch: request.conditions.ifMatch }, () => version);
  return reply;
}

const versionIn = ({ etag, body }: ScimReply): string | undefined => etag ?? (body && identityOf(body)?.version);

interface Target {
  endpoint: Endpoint | undefined;
  id: string | null;
  /** Whether it is the `.search` of an endpoint (RFC 7644 §3.4.3), or of the root. */
  isSearch: boolean;
  /** Whether nothing can be there. */
  isStrange: boolean;
}

/** Letters and what ids are made of: nothing that is escaped, and nothing that a secret has. */
const plainPath = /^[A-Za-z\d./-]*$/;

function targetOf({ pathname }: URL): Target {
  const path = pathname.slice(root.length + 1);
  const isPlain = plainPath.test(path);
  const segments = isPlain ? path.split('/') : segmentsOf(path);
  const isSearch = segments.at(-1) === '.search' && segments.length <= 2;
  const [name = '', ...rest] = isSearch ? segments.slice(0, -1) : segments;
  // No id has a NUL in it, which PostgreSQL takes in no text, nor a key, which no record may have.
  const isStrange =
    rest.length > 1 || (!isPlain && segments.some((each) => each.includes('\0') || withoutSecrets(each) !== each));
  return { endpoint: endpoints.get(name), id: rest[0] || null, isSearch, isStrange };
}

/** What follows the root, read. @throws scim.invalidSyntax for an address with a broken escape (RFC 3986 §2.1) */
function segmentsOf(path: string): string[] {
  try {
    return path.split('/').map(decodeURIComponent);
  } catch {
    throw badSyntax('the address has a broken percent-escape');
  }
}

const allowed = (methods: readonly string[]): string =>
  methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');

/** A refused request as the trail names it, when it came to no unit of work that would. */
function actionOf(key: ScimKey | null, { method = '' }: IncomingMessage, { pathname }: URL): Action {
  const path = pathWithoutSecrets(pathname).slice(0, 256);
  const noun = endpoints.get(pathname.slice(root.length + 1).split('/')[0] ?? '')?.noun;
  return {
    readOnly: method === 'GET' || method === 'HEAD',
    eventName: eventNameOf(method, key ? noun : undefined),
    organisationId: key?.organisationId ?? null,
    accountId: key?.accountId ?? null,
    // An id is an id; an address in its place tells of a person.
    requestParameters: { method, path: /@|%40/i.test(pathname) ? personal(path) : path },
  };
}

async function send(req: IncomingMessage, res: ServerResponse, { status, body, ...known }: ScimReply): Promise<void> {
  const identity = body && identityOf(body);
  const [location, etag] = [known.location ?? identity?.location, known.etag ?? identity?.version];
  const fields: string[] = [];
  if (location !== undefined) fields.push('location', location, 'content-location', location); // RFC 7643 §3.1: as `meta.location`
  if (etag !== undefined) fields.push('etag', etag);
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  if (isRead && etag !== undefined && isUnchanged(conditionsOf(req.headers), etag)) sendWhole(res, 304, fields);
  else if (body === undefined) sendWhole(res, status, fields);
  else sendWhole(res, status, fields, { type: answerType(req.headers.accept), text: await jsonOf(body) });
}

function refuse(req: IncomingMessage, res: ServerResponse, error: CarillonError): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const challenge = error.kind === 'Unauthorized' ? { 'www-authenticate': 'Bearer realm="SCIM"' } : {};
  const headers = { ...errorHeaders(error), ...challenge };
  res.setHeader('x-request-id', requestContext().requestId);
  sendText(res, error.status, answerType(req.headers.accept), JSON.stringify(errorBody(error)), headers);
}
