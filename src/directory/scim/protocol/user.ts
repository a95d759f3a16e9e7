import { normaliseAddress } from '../../../accounts/domains/name.ts';
import { fold } from '../../../platform/text/fold.ts';
import { userSchema } from './attributes.ts';
import { badValue } from './errors.ts';
import { urn } from './messages.ts';
import { members, readValue, requireSchema } from './values.ts';
import { asList } from './values.ts';
import type { Complex } from './values.ts';

export type Email = {
  value: string;
  type?: string;
  primary?: boolean;
  display?: string;
};

export type Enterprise = {
  employeeNumber?: string;
  costCenter?: string;
  organization?: string;
  division?: string;
  department?: string;
  manager?: { value: string };
};

/** Everything that a directory says of a user and that needs no column: stored as JSON, as it is. */
export type Profile = {
  name?: {
    formatted?: string;
    familyName?: string;
    givenName?: string;
    middleName?: string;
    honorificPrefix?: string;
    honorificSuffix?: string;
  };
  nickName?: string;
  profileUrl?: string;
  title?: string;
  userType?: string;
  preferredLanguage?: string;
  locale?: string;
  timezone?: string;
  emails?: Email[];
  phoneNumbers?: Email[];
  ims?: Email[];
  photos?: Email[];
  entitlements?: Email[];
  roles?: Email[];
  x509Certificates?: Email[];
  addresses?: Record<string, string | boolean>[];
  [urn.enterprise]?: Enterprise;
};

/** A user as a directory describes it: four columns, and the profile. */
export interface UserInput {
  userName: string;
  externalId: string | null;
  displayName: string | null;
  /** Absent when the client did not say: what is stored stays. */
  active?: boolean;
  profile: Profile;
}

/** The user as one record of SCIM attributes; its inner objects are the profile's own. */
export function toRecord({ profile, userName, externalId, displayName, active }: UserInput): Complex {
  const record: Complex = { ...profile };
  record['userName'] = userName;
  if (externalId !== null) record['externalId'] = externalId;
  if (displayName !== null) record['displayName'] = displayName;
  if (active !== undefined) record['active'] = active;
  return record;
}

/** A resource's own address, or a picture's: absolute (RFC 3986 §4.3), and nothing that a browser would run. */
const isUri = (text: string): boolean =>
  /^[a-z][a-z\d+.-]*:\S+$/i.test(text) && !/^(java|vb)script:/i.test(text) && URL.canParse(text);
/** Base64 by either alphabet (RFC 4648 §4, §5), also in lines as PEM has it. */
const isBase64 = (text: string): boolean => /^(?:[A-Za-z\d+/]*|[\w-]*)={0,2}$/.test(text.replaceAll(/\s/g, ''));

/** What the elements of a list must be, beyond text of some length. */
function requireFit(record: Complex): void {
  for (const { value } of asList(record['photos']))
    if (typeof value === 'string' && !isUri(value)) throw badValue('photos.value', 'an absolute URI is expected');
  for (const { value } of asList(record['x509Certificates']))
    if (typeof value === 'string' && !isBase64(value)) throw badValue('x509Certificates.value', 'base64 is expected');
  const max = userSchema.attributes.get('emails')!.sub.get('value')!.max;
  // Folding can make it longer than the column that it is looked up by.
  for (const { value } of asList(record['emails']))
    if (typeof value === 'string' && fold(value).length > max)
      throw badValue('emails.value', `it is longer than ${max} characters`);
}

/**
 * Parts a record of SCIM attributes into columns and profile.
 * @throws scim.invalidValue when there is no userName, or a value is not what its attribute holds
 */
export function fromRecord(record: Complex): UserInput {
  const { userName, externalId, displayName, active, ...profile } = record;
  if (typeof userName !== 'string' || userName.trim() === '') throw badValue('userName', 'it must not be empty');
  requireFit(record);
  return {
    userName,
    externalId: typeof externalId === 'string' ? externalId : null,
    displayName: typeof displayName === 'string' ? displayName : null,
    ...(typeof active === 'boolean' ? { active } : {}),
    profile,
  };
}

/** What is stored of one user, and answered for each on a page; a full profile of a directory takes about 3 kB. */
const maxProfileBytes = 64 * 1024;

const sizeOf = (profile: Profile): number => Buffer.byteLength(JSON.stringify(profile));

/**
 * Refuses a profile that takes more than 64 kB as JSON, unless it does not grow: who is stored can be deactivated.
 * @throws scim.invalidValue
 */
export function requireBoundedProfile(profile: Profile, before: Profile = {}): void {
  const size = sizeOf(profile);
  if (size > maxProfileBytes && size > sizeOf(before))
    throw badValue('the user', `all attributes together take more than ${maxProfileBytes} bytes`);
}

/**
 * Reads the body of POST (`create`) or PUT (`replace`) /Users (RFC 7644 §3.3, §3.5.1).
 * What is unknown, read-only or not stored is dropped. On `create` a user is active unless the body says otherwise;
 * on `replace` an absent `active` stays absent, and the stored state stays.
 * @throws scim.invalidSyntax, scim.invalidValue
 */
export function readUser(body: unknown, mode: 'create' | 'replace'): UserInput {
  const given = members(body);
  requireSchema(given, urn.user);
  const record: Complex = mode === 'create' ? { active: true } : {};
  userSchema.attributes.forEach((attribute, key) => {
    const value = readValue(attribute, given.get(key));
    if (value !== undefined) record[attribute.name] = value;
  });
  const user = fromRecord(record);
  requireBoundedProfile(user.profile);
  return user;
}

/**
 * The e-mail that stands for the user: the primary one, else the first of type `work`, else the first without a type that
 * is not said to be none; undefined when the userName stands for them, being an address; else the first.
 */
export function primaryEmail({
  profile: { emails = [] },
  userName,
}: Pick<UserInput, 'profile' | 'userName'>): Email | undefined {
  return (
    emails.find((email) => email.primary === true) ??
    emails.find((email) => email.type?.toLowerCase() === 'work') ??
    emails.find((email) => email.type === undefined && email.primary !== false) ??
    (normaliseAddress(userName) === null ? emails[0] : undefined)
  );
}
