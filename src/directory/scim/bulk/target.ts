import { groupEndpoint } from '../groups/endpoint.ts';
import { eventNameOf } from '../http/event-name.ts';
import type { Endpoint, ScimReply, ScimRequest } from '../http/request.ts';
import { pathWithoutSecrets, withoutSecrets } from '../inspector/redact.ts';
import type { BulkOperation } from '../protocol/bulk.ts';
import { badSyntax, scimError } from '../protocol/errors.ts';
import { userEndpoint } from '../users/endpoint.ts';

/** What a bulk operation can be about. */
const endpoints: ReadonlyMap<string, Endpoint> = new Map([
  ['Users', userEndpoint],
  ['Groups', groupEndpoint],
]);

/** Whom an operation is about, as far as its path tells. */
export interface Target {
  endpoint: Endpoint | undefined;
  /** Users or Groups. */
  name: string;
  /** Null for the collection. */
  id: string | null;
}

export function targetOf(path: string): Target {
  const [name = '', id, ...rest] = path.replace(/^\//, '').split('/');
  // No id has a NUL or half a character in it, which JSON can bring and no address, nor a key, which no record may have.
  const isStrange = rest.length > 0 || path.includes('\0') || !path.isWellFormed() || withoutSecrets(path) !== path;
  const endpoint = isStrange ? undefined : endpoints.get(name);
  return { endpoint, name, id: id || null };
}

/** How the trail names an operation that was refused before it came to a unit of work. */
export const eventNameOfOperation = ({ method }: BulkOperation, { endpoint }: Target): string =>
  eventNameOf(method, endpoint?.noun);

/**
 * The handler that does an operation.
 * @throws scim.invalidSyntax, scim.notFound, scim.methodNotAllowed
 */
export function handlerOf(
  { method, path, bulkId, data }: BulkOperation,
  { endpoint, id }: Target,
): (request: ScimRequest) => Promise<ScimReply> {
  if (!['POST', 'PUT', 'PATCH', 'DELETE'].includes(method))
    throw badSyntax('"method" of an operation must be POST, PUT, PATCH or DELETE');
  if (!endpoint) throw scimError('scim.notFound', { values: { id: pathWithoutSecrets(path).slice(0, 128) } });
  const handle = (id === null ? endpoint.collection : endpoint.resource)[method];
  if (!handle) throw scimError('scim.methodNotAllowed', { values: { method } });
  if (method === 'POST' && bulkId === undefined) throw badSyntax('an operation that creates needs a "bulkId"');
  if (method !== 'DELETE' && (data === undefined || data === null)) throw badSyntax('the operation has no "data"');
  return (request) => handle(request, id ?? '');
}
