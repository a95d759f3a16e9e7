import { scimError } from '../protocol/errors.ts';
import { listResponse } from '../protocol/messages.ts';
import type { Endpoint, ScimReply, ScimRequest } from './request.ts';

type Found = { id: string };

/** Loaded when first asked for: only the schema documents need the library that knows them by heart. */
const documents = () => import('../protocol/schema.ts');

const among = (all: (base: string) => Promise<Found[]>): Endpoint => ({
  collection: {
    GET: async ({ base }) => {
      const found = await all(base);
      return { status: 200, body: listResponse(found, found.length) };
    },
  },
  resource: {
    GET: async ({ base }, id) => {
      const found = (await all(base)).find((each) => each.id.toLowerCase() === id.toLowerCase());
      if (!found) throw scimError('scim.notFound', { values: { id: id.slice(0, 128) } });
      return { status: 200, body: found };
    },
  },
});

export const schemaEndpoint = among(async (base) => (await documents()).schemas(base));
export const resourceTypeEndpoint = among(async (base) => (await documents()).resourceTypes(base));

export const configurationEndpoint: Endpoint = {
  collection: {
    GET: async ({ base }: ScimRequest): Promise<ScimReply> => ({
      status: 200,
      body: (await documents()).serviceProviderConfig(base),
    }),
  },
  resource: {},
};

const notHere =
  (operation: string) =>
  async (): Promise<ScimReply> => {
    throw scimError('scim.notImplemented', { values: { operation } });
  };

/** What RFC 7644 names and this server does not do: said with 501, as §3.11 asks for `/Me`. */
export function notImplemented(operation: string): Endpoint {
  const all = Object.fromEntries(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, notHere(operation)]));
  return { collection: all, resource: all };
}
