import { Schemas } from 'scimmy';
import { type Attribute, groupSchema, type ResourceSchema, userSchema } from './attributes.ts';
import { maxBulkOperations, maxBulkPayload } from './bulk.ts';
import { urn } from './messages.ts';
import type { Resource } from './present.ts';
import { isObject } from './values.ts';

/** Most resources on one page, and what a page has when nothing is asked (RFC 7643 §5, `filter.maxResults`). */
export const maxResults = 200;
/** How long a cursor is good, in seconds (RFC 9865 §4). */
export const cursorTimeout = 3600;

const core = 'urn:ietf:params:scim:schemas:core:2.0';

const scheme = {
  type: 'oauthbearertoken',
  name: 'OAuth bearer token',
  description: 'A SCIM key of the directory connection, sent as a bearer token (RFC 6750).',
  specUri: 'https://www.rfc-editor.org/info/rfc6750',
  primary: true,
};

type Described = Resource & { meta: { resourceType: string; location: string } };

/** GET /ServiceProviderConfig (RFC 7643 §5). @param base the address of the SCIM root, without a slash at its end */
export const serviceProviderConfig = (base: string): Described => ({
  schemas: [`${core}:ServiceProviderConfig`],
  patch: { supported: true },
  bulk: { supported: true, maxOperations: maxBulkOperations, maxPayloadSize: maxBulkPayload },
  filter: { supported: true, maxResults },
  changePassword: { supported: false },
  sort: { supported: true },
  etag: { supported: true },
  pagination: {
    cursor: true,
    index: true,
    defaultPaginationMethod: 'index',
    defaultPageSize: maxResults,
    maxPageSize: maxResults,
    cursorTimeout,
  },
  authenticationSchemes: [scheme],
  meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
});

/** GET /ResourceTypes (RFC 7643 §6). */
export const resourceTypes = (base: string): (Described & { id: string })[] =>
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

/** `name` and `name.sub`, in lower case → what the attribute is for, in scimmy's words. */
function descriptions(definition: unknown): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (attributes: unknown, prefix: string): void => {
    for (const each of Array.isArray(attributes) ? attributes.filter(isObject) : []) {
      const path = prefix + String(each['name']).toLowerCase();
      if (typeof each['description'] === 'string') found.set(path, each['description']);
      walk(each['subAttributes'], `${path}.`);
    }
  };
  walk(isObject(definition) ? definition['attributes'] : undefined, '');
  return found;
}

/** Where Carillon does something that its directory's administrator should know. */
const ownWords: ReadonlyMap<string, string> = new Map([
  ['username', 'The name of the user, an e-mail address in a verified domain of the account. Unique in the account.'],
  ['displayname', 'The name of the group. Unique in the directory.'],
  ['manager.$ref', 'The address of the manager, when they are a user of the same directory.'],
  ['manager.displayname', 'The display name of the manager, when they are a user of the same directory.'],
]);

/** An attribute as RFC 7643 §7 describes it, with the characteristics by which requests are really read. */
function described(attribute: Attribute, words: ReadonlyMap<string, string>, path: string): Resource {
  const { name, type, format, multiValued, required, mutability, returned, sub } = attribute;
  const { caseExact, uniqueness, canonicalValues, referenceTypes } = attribute;
  const isText = type === 'string';
  const own = path !== 'displayname' || attribute.uniqueness === 'server' ? ownWords.get(path) : undefined;
  return {
    name,
    type: format ?? type,
    multiValued,
    description: own ?? words.get(path) ?? '',
    required,
    ...(isText && { caseExact }),
    ...(canonicalValues && { canonicalValues }),
    ...(referenceTypes && { referenceTypes }),
    mutability,
    returned,
    ...(isText && { uniqueness }),
    ...(sub.size > 0 && {
      subAttributes: [...sub.values()].map((each) => described(each, words, `${path}.${each.name.toLowerCase()}`)),
    }),
  };
}

/** Attributes of every resource (RFC 7643 §3.1), which no schema lists. */
const common = new Set(['schemas', 'id', 'externalid', 'meta']);

const isListed = ([key, { mutability }]: [string, Attribute]): boolean =>
  !common.has(key) && !key.startsWith('urn:') && mutability !== 'ignored';

/** A schema without its address. */
function schemaOf(
  of: Pick<ResourceSchema, 'urn' | 'attributes'>,
  definition: { describe: (base: string) => unknown },
): Resource & { id: string } {
  // scimmy's attributes take their wire form only as JSON.
  const known: unknown = JSON.parse(JSON.stringify(definition.describe('')));
  const { name, description } = isObject(known) ? known : {};
  const words = descriptions(known);
  return {
    schemas: [`${core}:Schema`],
    id: of.urn,
    name,
    description,
    attributes: [...of.attributes].filter(isListed).map(([key, attribute]) => described(attribute, words, key)),
  };
}

const extension = userSchema.attributes.get(urn.enterprise.toLowerCase())!;
const all = [
  schemaOf(userSchema, Schemas.User.definition),
  schemaOf({ urn: urn.enterprise, attributes: extension.sub }, Schemas.EnterpriseUser.definition),
  schemaOf(groupSchema, Schemas.Group.definition),
];

/** GET /Schemas (RFC 7643 §7): what is stored and returned, and nothing else. */
export const schemas = (base: string): (Described & { id: string })[] =>
  all.map((each) => ({ ...each, meta: { resourceType: 'Schema', location: `${base}/Schemas/${each.id}` } }));
