import type { IncomingMessage } from 'node:http';
import type { Ground } from '../../../trail/ground.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import type { Replay } from '../inspector/replay/replayed.ts';
import type { Seen } from '../inspector/seen.ts';
import type { Pass } from '../keys/memory.ts';
import { badSyntax, badValue } from '../protocol/errors.ts';
import type { Conditions } from './conditions.ts';
import { namesIn, type Projection } from '../protocol/projection.ts';

/** A SCIM request whose key was good: everything it may touch is in `scope`. */
export interface ScimRequest {
  ground: Ground;
  scope: DirectoryScope;
  /** The key's id, as the one who acts. */
  keyId: string;
  /** What it has shown; nothing when an administrator does it again. */
  pass?: Pass | undefined;
  query: URLSearchParams;
  projection: Projection;
  /** The address of the SCIM root, without a slash at its end. */
  base: string;
  conditions: Conditions;
  /** Reads the body as JSON: as many bytes as any request may have, or as this one may. */
  body: (limit?: number) => Promise<unknown>;
  /** What is noted of it for the administrator. */
  seen: Seen;
  /** When an administrator does it again. */
  replay?: Replay | undefined;
}

/** What a resource answers; no body for 204. */
export interface ScimReply {
  status: number;
  body?: object;
  /** Where the resource is, and in which version: needed where the body does not say. */
  location?: string;
  etag?: string;
}

type Handlers<T extends unknown[]> = Partial<Record<string, (request: ScimRequest, ...rest: T) => Promise<ScimReply>>>;

/** One endpoint: what it does for each method, on the collection and on one resource. */
export interface Endpoint {
  /** What it holds, as the trail names it. */
  noun?: string;
  collection: Handlers<[]>;
  resource: Handlers<[id: string]>;
  /** On `.search` below it. */
  search?: Handlers<[]>;
  /** Answers every method, on everything. */
  any?: (request: ScimRequest) => Promise<ScimReply>;
}

/**
 * A query parameter, or null; an empty one counts as absent.
 * @throws scim.invalidSyntax when it is given twice: which one was meant cannot be known
 */
export function parameterOf(query: URLSearchParams, name: string): string | null {
  const [value, ...others] = query.getAll(name);
  if (others.length > 0) throw badSyntax(`the query parameter "${name}" is given twice`);
  return value || null;
}

/** Each name is held against each part of each resource on a page; the schema has about fifty. */
const maxNames = 100;
/** All of them together, in characters, with commas and URNs: more than a query has room for. */
const maxNamesLength = 16 * 1024;

/** The `attributes` and `excludedAttributes` of a query (RFC 7644 §3.9). @throws scim.invalidSyntax, scim.invalidValue */
export const projectionOf = (query: URLSearchParams): Projection => ({
  attributes: namesOf(query, 'attributes'),
  excludedAttributes: namesOf(query, 'excludedAttributes'),
});

function namesOf(query: URLSearchParams, name: string): string[] | undefined {
  const list = parameterOf(query, name);
  if (list === null) return undefined;
  if (list.length > maxNamesLength) throw badValue(name, `it is longer than ${maxNamesLength} characters`);
  if (list.split(',').length > maxNames) throw badValue(name, `it has more than ${maxNames} names`);
  return namesIn(list);
}

/** The media types that a body may have. */
export const bodyTypes = ['application/scim+json', 'application/json'];

/** The key that a request carries (RFC 6750 §2.1); some clients send it bare, without a scheme. */
export function bearerOf(req: IncomingMessage): string | null {
  const header = req.headers.authorization?.trim() ?? '';
  const [, token] = /^bearer +(\S+)$/i.exec(header) ?? [];
  if (token) return token;
  return /^\S+$/.test(header) && header.length > 0 ? header : null;
}
