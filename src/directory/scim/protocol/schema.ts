import { Schemas } from 'scimmy';
import { groupSchema, userSchema } from './attributes.ts';
import type { Attribute } from './attributes.ts';
import { maxBulkOperations, maxBulkPayload } from './bulk.ts';
import { urn } from './messages.ts';
import type { Resource } from './present.ts';
import { isObject } from './values.ts';

/** Most resources on one page, and what a page has when nothing is asked (RFC 7643 §5, `filter.maxResults`). */
export const maxResults = 200;

const core = 'urn:ietf:params:scim:schemas:core:2.0';

const scheme = {
  type: 'oauthbearertoken',
  name: 'OAuth bearer token',
  description: 'A SCIM key of the directory connection, sent as a bearer token (RFC 6750).',
  specUri: 'https://www.rfc-editor.org/info/rfc6750',
  primary: true,
};

/** GET /ServiceProviderConfig (RFC 7643 §5). @param base the address of the SCIM root, without a slash at its end */
export const serviceProviderConfig = (base: string): Resource => ({
  schemas: [`${core}:ServiceProviderConfig`],
  patch: { supported: true },
  bulk: { supported: true, maxOperations: maxBulkOperations, maxPayloadSize: maxBulkPayload },
  filter: { supported: true, maxResults },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [scheme],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
});

/** GET /ResourceTypes (RFC 7643 §6). */
export const resourceTypes = (base: string): (Resource & { id: string })[] =>
  [
    { id: 'User', endpoint: '/Users', description: 'A person', schema: urn.user, extensions: [urn.enterprise] },
    { id: 'Group', endpoint: '/Groups', description: 'A group of people', schema: urn.group, extensions: [] },
  ].map(({ id, extensions, ...type }) => ({
    schemas: [`${core}:ResourceType`],
    id,
    name: id,
    ...type,
    ...(extensions.length ? { schemaExtensions: extensions.map((schema) => ({ schema, required: false })) } : {}),
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${id}` },
  }));

interface Described extends Resource {
  name: string;
}

const isDescribed = (value: unknown): value is Described => isObject(value) && typeof value['name'] === 'string';

/** What the standard says of the attributes that are stored and returned, and of nothing else. */
function advertised(described: unknown, known: ReadonlyMap<string, Attribute>): Described[] {
  const all = Array.isArray(described) ? described.filter(isDescribed) : [];
  return all.flatMap((each) => {
    const attribute = known.get(each.name.toLowerCase());
    if (!attribute || attribute.mutability === 'ignored') return [];
    if (attribute.sub.size === 0) return [each];
    return [{ ...each, subAttributes: advertised(each['subAttributes'], attribute.sub) }];
  });
}

/** GET /Schemas (RFC 7643 §7), of the attributes that are stored and returned. */
export function schemas(base: string): (Resource & { id: string })[] {
  const extension = userSchema.attributes.get(urn.enterprise.toLowerCase());
  return [
    { id: urn.user, definition: Schemas.User.definition, known: userSchema.attributes },
    { id: urn.enterprise, definition: Schemas.EnterpriseUser.definition, known: extension?.sub ?? new Map() },
    { id: urn.group, definition: Schemas.Group.definition, known: groupSchema.attributes },
  ].map(({ id, definition, known }) => {
    // Its attributes take their wire form only as JSON.
    const described: unknown = JSON.parse(JSON.stringify(definition.describe(`${base}/Schemas`)));
    const whole = isObject(described) ? described : {};
    return { ...whole, id, attributes: advertised(whole['attributes'], known) };
  });
}
