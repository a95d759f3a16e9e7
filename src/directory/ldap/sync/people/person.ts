import { createHash } from 'node:crypto';
import { domainOf, normaliseAddress } from '../../../../accounts/domains/name.ts';
import type { PersonInput } from '../../../../users/lifecycle/person.ts';

/** What a directory says of one of its people, in the terms of Carillon. */
export interface DirectoryPerson {
  /** objectGUID or entryUUID, as text. */
  guid: string;
  dn: string;
  /** The one address that is shown (the guide, "Configure Multiple Email Addresses"); null: the entry has none. */
  mail: string | null;
  /** All that the person can be found by, `mail` first, each once. */
  addresses: string[];
  displayName: string | null;
  givenName: string | null;
  familyName: string | null;
  title: string | null;
  department: string | null;
  /** The directory's explicit no, whatever the time. */
  disabled: boolean;
  /** When the directory's yes ends by itself, milliseconds UTC. */
  expiresAt: number | null;
  /** The directory does not show whether the entry is enabled: neither a yes nor a no. */
  stateUnknown?: true;
}

/** Why an entry whose state may not be read becomes nobody; of who is in already it changes nothing. */
export const stateUnreadable = 'directory.stateUnreadable';

/** Whether the directory says no to an entry that is there. */
export const saysNo = (
  { disabled, expiresAt }: Pick<DirectoryPerson, 'disabled' | 'expiresAt'>,
  now: number,
): boolean => disabled || (expiresAt !== null && expiresAt <= now);

/** Whether the directory says yes. */
export const saysYes = (person: DirectoryPerson, now: number): boolean =>
  person.stateUnknown === undefined && !saysNo(person, now);

/**
 * The person as the users' floor takes them: the shown address is the user name too, since the directory's own names
 * (sAMAccountName, UPN) are asked of the directory at a sign-in, and nowhere else.
 */
export function asInput(person: DirectoryPerson & { mail: string }): PersonInput {
  const { mail, displayName, givenName, familyName, title, department } = person;
  const name = { ...(givenName && { givenName }), ...(familyName && { familyName }) };
  const emails = person.addresses.map((value) => ({
    value,
    type: value === mail ? 'work' : 'other',
    primary: value === mail,
  }));
  return {
    userName: mail,
    externalId: person.guid,
    displayName,
    profile: {
      ...(Object.keys(name).length > 0 && { name }),
      ...(title && { title }),
      ...(department && { [enterprise]: { department } }),
      emails,
    },
    emails,
    primary: mail,
  };
}

/** Where a profile keeps what RFC 7643 §4.3 has beyond the core. */
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Whether `mail` is an address that a person can be told by. */
export const hasMail = (person: DirectoryPerson): person is DirectoryPerson & { mail: string } =>
  person.mail !== null && normaliseAddress(person.mail) !== null && domainOf(person.mail) !== null;

/** What is compared to know whether anything of an entry changed. */
export function contentHashOf(person: DirectoryPerson): string {
  const known = hashes.get(person);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(JSON.stringify(person)).digest('base64url');
  hashes.set(person, hash);
  return hash;
}
const hashes = new WeakMap<DirectoryPerson, string>();

/** By which members are found: DNs compare without regard to case (RFC 4517 §4.2.15, for the attributes in use). */
export const dnHashOf = (dn: string): string =>
  createHash('sha256').update(dn.normalize('NFC').toLowerCase()).digest('base64url');
