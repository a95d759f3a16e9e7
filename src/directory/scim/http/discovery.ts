import { scimError } from '../protocol/errors.ts';
import { listResponse } from '../protocol/messages.ts';
import { resourceTypes, schemas, serviceProviderConfig } from '../protocol/schema.ts';
import type { Endpoint, ScimReply, ScimRequest } from './request.ts';

type Found = { id: string };

const among = (all: (base: string) => Found[]): Endpoint => ({
  collection: {
    GET: async ({ base }) => {
      const found = all(base);
      return { status: 200, body: listResponse(found, found.length) };
    },
  },
  resource: {
    GET: async ({ base }, id) => {
      const found = all(base).find((each) => each.id.toLowerCase() === id.toLowerCase());
      if (!found) throw scimError('scim.notFound', { values: { id: id.slice(0, 128) } });
      return { status: 200, body: found };
    },
  },
});

export const schemaEndpoint = among(schemas);
export const resourceTypeEndpoint = among(resourceTypes);

export const configurationEndpoint: Endpoint = {
  collection: {
    GET: async ({ base }: ScimRequest): Promise<ScimReply> => ({
      status: 200,
      body: serviceProviderConfig(base),
    }),
  },
  resource: {},
};

const notHere = (operation: string) => async (): Promise<ScimReply> => {
  throw scimError('scim.notImplemented', { values: { operation } });
};

/** What RFC 7644 names and this server does not do: said with 501, as §3.11 asks for `/Me`. */
export function notImplemented(operation: string): Endpoint {
  const all = Object.fromEntries(
    ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, notHere(operation)]),
  );
  return { collection: all, resource: all };
}
