import { hash } from 'node:crypto';
import { scimError } from '../protocol/errors.ts';
import { listResponse } from '../protocol/messages.ts';
import { identified, type Resource, weakTag } from '../protocol/present.ts';
import { resourceTypes, schemas, serviceProviderConfig } from '../protocol/schema.ts';
import { type Endpoint, parameterOf, type ScimReply, type ScimRequest } from './request.ts';

type Document = Resource & { id?: string; meta: { location: string } };

/** RFC 7644 §4: a filter is refused; all else that a query can ask is passed over, as nothing here depends on it. */
function refuseFilter({ query }: ScimRequest): void {
  if (parameterOf(query, 'filter') !== null) throw scimError('scim.filterForbidden', { field: 'filter' });
}

/** These documents change with the release alone, so their digest is their version. */
function shown(document: Document): ScimReply {
  const version = weakTag(hash('sha256', JSON.stringify(document), 'base64url').slice(0, 22));
  return { status: 200, body: identified(document, { location: document.meta.location, version }) };
}

const notFound = (id: string) => scimError('scim.notFound', { values: { id: id.slice(0, 128) } });

const among = (all: (base: string) => Document[]): Endpoint => ({
  collection: {
    GET: async (request) => {
      refuseFilter(request);
      const found = all(request.base);
      return { status: 200, body: listResponse(found, found.length) };
    },
  },
  resource: {
    GET: async (request, id) => {
      refuseFilter(request);
      const found = all(request.base).find((each) => each.id?.toLowerCase() === id.toLowerCase());
      if (!found) throw notFound(id);
      return shown(found);
    },
  },
});

export const schemaEndpoint = among(schemas);
export const resourceTypeEndpoint = among(resourceTypes);

export const configurationEndpoint: Endpoint = {
  collection: {
    GET: async (request) => {
      refuseFilter(request);
      return shown(serviceProviderConfig(request.base));
    },
  },
  resource: {
    // There is one, and it has no id (RFC 7643 §5).
    GET: async (_request, id) => {
      throw notFound(id);
    },
  },
};

/** What RFC 7644 names and this server does not do: said with 501 to every method, as §3.11 has it for `/Me`. */
export const notImplemented = (operation: string): Endpoint => ({
  collection: {},
  resource: {},
  any: async () => {
    throw scimError('scim.notImplemented', { values: { operation } });
  },
});
