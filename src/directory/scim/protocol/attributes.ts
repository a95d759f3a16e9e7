import { urn } from './messages.ts';

/** What Carillon does with one attribute (RFC 7643 §2.2): reading, filters, sorting and `/Schemas` all go by it. */
export interface Attribute {
  name: string;
  type: 'string' | 'boolean' | 'complex';
  /** Of a string: what its text is (RFC 7643 §2.3.5–7). */
  format?: 'reference' | 'binary' | 'dateTime';
  multiValued: boolean;
  caseExact: boolean;
  required: boolean;
  /** `ignored`: known to SCIM, not stored, so sending it is no mistake. */
  mutability: 'readWrite' | 'readOnly' | 'immutable' | 'ignored';
  returned: 'always' | 'default' | 'never';
  uniqueness: 'none' | 'server';
  /** Suggestions; others are taken as well. */
  canonicalValues?: readonly string[];
  referenceTypes?: readonly string[];
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

type Options = Partial<Attribute>;

const maxText = 1024;
/** As wide as the columns that hold them. */
const [maxKey, maxLabel, maxGroupName] = [320, 64, 256];
const maxElements = 50;
/** A certificate of a long chain of names, or a long address of a picture. */
const [maxCertificate, maxUri] = [16 * 1024, 2048];

const index = (attributes: readonly Attribute[]): ReadonlyMap<string, Attribute> =>
  new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));

const text = (name: string, options: Options = {}): Attribute => ({
  name,
  type: 'string',
  multiValued: false,
  caseExact: false,
  required: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  max: maxText,
  sub: new Map(),
  ...options,
});
const texts = (names: readonly string[], options: Options = {}): Attribute[] =>
  names.map((name) => text(name, options));
const flag = (name: string): Attribute => text(name, { type: 'boolean' });
/** A reference is case exact (RFC 7643 §2.3.7). */
const reference = (name: string, referenceTypes: readonly string[], options: Options = {}): Attribute =>
  text(name, { format: 'reference', caseExact: true, referenceTypes, ...options });
const complex = (name: string, sub: readonly Attribute[], options: Options = {}): Attribute =>
  text(name, { type: 'complex', sub: index(sub), ...options });
const many = (name: string, types: readonly string[], ...sub: Attribute[]): Attribute =>
  complex(
    name,
    [...sub, text('type', { max: maxLabel, ...(types.length > 0 && { canonicalValues: types }) }), flag('primary')],
    { multiValued: true, max: maxElements },
  );
const valued = (name: string, types: readonly string[], value: Attribute = text('value')): Attribute =>
  many(name, types, value, text('display'));

const readOnly: Options = { mutability: 'readOnly' };
const exact: Options = { caseExact: true };
const common = [
  reference('schemas', ['uri'], { mutability: 'ignored', multiValued: true, returned: 'always', max: maxElements }),
  text('id', { ...readOnly, ...exact, returned: 'always', uniqueness: 'server' }),
  complex(
    'meta',
    [
      text('resourceType', { ...readOnly, ...exact }),
      ...texts(['created', 'lastModified'], { ...readOnly, format: 'dateTime' }),
      reference('location', ['uri'], readOnly),
      text('version', { ...readOnly, ...exact }),
    ],
    readOnly,
  ),
];
export const externalId = text('externalId', { ...exact, max: maxKey });
export const groupName = text('displayName', { required: true, max: maxGroupName, uniqueness: 'server' });
export const groupMembers: Attribute = complex(
  'members',
  [
    text('value', { ...exact, mutability: 'immutable' }),
    text('type', { canonicalValues: ['User', 'Group'], mutability: 'immutable' }),
    text('display', readOnly),
    reference('$ref', ['User', 'Group'], readOnly),
  ],
  { multiValued: true, max: 100_000 },
);

const places = ['work', 'home', 'other'];

export const userSchema: ResourceSchema = {
  urn: urn.user,
  extensions: [urn.enterprise],
  attributes: index([
    ...common,
    text('password', { mutability: 'ignored', returned: 'never' }),
    externalId,
    text('userName', { required: true, max: maxKey, uniqueness: 'server' }),
    complex(
      'name',
      texts(['formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix']),
    ),
    ...texts(['displayName', 'nickName']),
    reference('profileUrl', ['external']),
    ...texts(['title', 'userType', 'preferredLanguage', 'locale', 'timezone']),
    flag('active'),
    valued('emails', places, text('value', { max: maxKey })),
    valued('phoneNumbers', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    valued('ims', ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo']),
    valued('photos', ['photo', 'thumbnail'], reference('value', ['external'], { max: maxUri })),
    many('addresses', places, ...texts(['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'])),
    complex(
      'groups',
      [
        text('value', { ...readOnly, ...exact }),
        reference('$ref', ['Group'], readOnly),
        text('display', readOnly),
        text('type', { ...readOnly, canonicalValues: ['direct'] }),
      ],
      { ...readOnly, multiValued: true },
    ),
    valued('entitlements', []),
    valued('roles', []),
    valued('x509Certificates', [], text('value', { ...exact, format: 'binary', max: maxCertificate })),
    complex(urn.enterprise, [
      ...texts(['employeeNumber', 'costCenter', 'organization', 'division', 'department']),
      complex('manager', [text('value', exact), reference('$ref', ['User'], readOnly), text('displayName', readOnly)]),
    ]),
  ]),
};

export const groupSchema: ResourceSchema = {
  urn: urn.group,
  extensions: [],
  attributes: index([...common, externalId, groupName, groupMembers]),
};

/**
 * The attributes that a path of a filter or of `sortBy` goes through, outermost first; undefined for one that the schema
 * lacks. Names are in any case, plain or with their schema's URN; an extension's name may stand without it, as Entra
 * has `manager`. What is never returned has no path.
 */
export function attributesOf(
  path: string,
  { urn: own, attributes, extensions }: ResourceSchema,
): Attribute[] | undefined {
  const lower = path.toLowerCase();
  const before = (prefix: string) => lower.startsWith(`${prefix.toLowerCase()}:`);
  const named = extensions.find((each) => before(each) || lower === each.toLowerCase());
  if (named !== undefined) {
    const extension = attributes.get(named.toLowerCase())!;
    const rest = lower.slice(named.length + 1);
    return rest === '' ? [extension] : walk(rest, extension.sub, [extension]);
  }
  const rest = before(own) ? lower.slice(own.length + 1) : lower;
  const found = walk(rest, attributes, []);
  if (found || rest !== lower) return found;
  return extensions
    .map((each) => attributes.get(each.toLowerCase())!)
    .map((extension) => walk(rest, extension.sub, [extension]))
    .find((steps) => steps !== undefined);
}

function walk(path: string, from: ReadonlyMap<string, Attribute>, above: Attribute[]): Attribute[] | undefined {
  const steps = [...above];
  let known = from;
  for (const name of path.split('.')) {
    const attribute = known.get(name);
    if (!attribute || attribute.returned === 'never') return undefined;
    steps.push(attribute);
    known = attribute.sub;
  }
  return steps;
}
