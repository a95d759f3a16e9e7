import { urn } from './messages.ts';

/** What Carillon does with one attribute (RFC 7643 §2.2), as far as reading a request needs it. */
export interface Attribute {
  name: string;
  type: 'string' | 'boolean' | 'complex';
  multiValued: boolean;
  caseExact: boolean;
  required: boolean;
  /** `ignored`: known to SCIM, neither stored nor advertised, so sending it is no mistake. */
  mutability: 'readWrite' | 'readOnly' | 'ignored';
  /** Most characters of a string; most elements of a multi-valued attribute. */
  max: number;
  /** Sub-attributes by their name in lower case. */
  sub: ReadonlyMap<string, Attribute>;
}

/** A resource type's attributes by name in lower case; an extension is a complex attribute named by its URN. */
export interface ResourceSchema {
  urn: string;
  attributes: ReadonlyMap<string, Attribute>;
  extensions: readonly string[];
}

const maxText = 1024;
/** As wide as the columns that hold them. */
const [maxKey, maxLabel, maxGroupName] = [320, 64, 256];
const maxElements = 50;

const index = (attributes: readonly Attribute[]): ReadonlyMap<string, Attribute> =>
  new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));

const text = (name: string, options: Partial<Attribute> = {}): Attribute => ({
  name,
  type: 'string',
  multiValued: false,
  caseExact: false,
  required: false,
  mutability: 'readWrite',
  max: maxText,
  sub: new Map(),
  ...options,
});
const texts = (...names: string[]): Attribute[] => names.map((name) => text(name));
const flag = (name: string): Attribute => text(name, { type: 'boolean' });
const complex = (name: string, sub: readonly Attribute[]): Attribute =>
  text(name, { type: 'complex', sub: index(sub) });
const many = (name: string, ...sub: string[]): Attribute => ({
  ...complex(name, [...texts(...sub), text('type', { max: maxLabel }), flag('primary')]),
  multiValued: true,
  max: maxElements,
});
const outside = (mutability: 'readOnly' | 'ignored', ...names: string[]): Attribute[] =>
  names.map((name) => text(name, { mutability }));

const common = [...outside('ignored', 'schemas'), ...outside('readOnly', 'id', 'meta')];
export const externalId = text('externalId', { caseExact: true, max: maxKey });
export const groupName = text('displayName', { required: true, max: maxGroupName });
export const groupMembers: Attribute = {
  ...complex('members', texts('value', 'type', 'display', '$ref')),
  multiValued: true,
  max: 100_000,
};

export const userSchema: ResourceSchema = {
  urn: urn.user,
  extensions: [urn.enterprise],
  attributes: index([
    ...common,
    ...outside('readOnly', 'groups'),
    ...outside('ignored', 'password', 'photos', 'ims', 'x509Certificates', 'roles', 'entitlements'),
    externalId,
    text('userName', { required: true, max: maxKey }),
    complex('name', texts('formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix')),
    ...texts('displayName', 'nickName', 'profileUrl', 'title', 'userType', 'preferredLanguage', 'locale', 'timezone'),
    flag('active'),
    many('emails', 'value', 'display'),
    many('phoneNumbers', 'value', 'display'),
    many('addresses', 'formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'),
    complex(urn.enterprise, [
      ...texts('employeeNumber', 'costCenter', 'organization', 'division', 'department'),
      complex('manager', texts('value')),
    ]),
  ]),
};

export const groupSchema: ResourceSchema = {
  urn: urn.group,
  extensions: [],
  attributes: index([...common, externalId, groupName, groupMembers]),
};
