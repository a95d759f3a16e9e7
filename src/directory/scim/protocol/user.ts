import { userSchema } from './attributes.ts';
import { badValue } from './errors.ts';
import { urn } from './messages.ts';
import { members, readValue, requireSchema } from './values.ts';
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
export const toRecord = ({ profile, userName, externalId, displayName, active }: UserInput): Complex => ({
  ...profile,
  userName,
  ...(externalId === null ? {} : { externalId }),
  ...(displayName === null ? {} : { displayName }),
  ...(active === undefined ? {} : { active }),
});

/**
 * Parts a record of SCIM attributes into columns and profile.
 * @throws scim.invalidValue when there is no userName
 */
export function fromRecord(record: Complex): UserInput {
  const { userName, externalId, displayName, active, ...profile } = record;
  if (typeof userName !== 'string' || userName.trim() === '') throw badValue('userName', 'it must not be empty');
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
  for (const [key, attribute] of userSchema.attributes) {
    const value = readValue(attribute, given.get(key));
    if (value !== undefined) record[attribute.name] = value;
  }
  const user = fromRecord(record);
  requireBoundedProfile(user.profile);
  return user;
}

/** The e-mail that stands for the user: the primary one, else the first of type `work`, else the first. */
export function primaryEmail({ profile: { emails = [] } }: Pick<UserInput, 'profile'>): Email | undefined {
  return (
    emails.find((email) => email.primary === true) ??
    emails.find((email) => email.type?.toLowerCase() === 'work') ??
    emails[0]
  );
}
