import { fold } from '../../../platform/text/fold.ts';
import { externalId, groupMembers, groupName } from './attributes.ts';
import { badValue } from './errors.ts';
import { urn } from './messages.ts';
import { isObject, members, readText, readValue, requireSchema } from './values.ts';

export interface Member {
  value: string;
  type: 'User' | 'Group';
}

export interface GroupInput {
  displayName: string;
  externalId: string | null;
  /** Absent when the client did not say, which is not the same as none. */
  members?: Member[];
}

/** @throws scim.invalidValue when it is no text, or empty */
export function readDisplayName(value: unknown): string {
  const name = readText(value ?? '', 'displayName', groupName.max);
  if (name.trim() === '') throw badValue('displayName', 'it must not be empty');
  readText(fold(name), 'displayName', groupName.max); // folding can make it longer
  return name;
}

/** @throws scim.invalidValue */
export function readExternalId(value: unknown): string | null {
  const read = readValue(externalId, value);
  return typeof read === 'string' ? read : null;
}

/** Names as every directory spells them: a member with no others needs no look at how they are written. */
const usualNames = new Set(['value', 'display', '$ref', 'type']);

function fieldsOf(given: unknown): { value?: unknown; type?: unknown; $ref?: unknown } {
  if (!isObject(given)) return { value: given };
  let usual = true;
  for (const name in given) usual &&= usualNames.has(name);
  return usual ? given : Object.fromEntries(members(given));
}

function readMember(given: unknown): Member {
  const fields = fieldsOf(given);
  const value = readText(fields.value, 'members.value', 255);
  if (value === '') throw badValue('members.value', 'it must not be empty');
  const type = fields.type ?? '';
  const ref = fields.$ref;
  if (typeof type !== 'string' || !['', 'user', 'group'].includes(type.toLowerCase()))
    throw badValue('members.type', 'User or Group is expected');
  // Okta and Entra leave the type out for users; a reference tells, where there is one.
  const isGroup = type ? type.toLowerCase() === 'group' : typeof ref === 'string' && /\/Groups\//i.test(ref);
  return { value, type: isGroup ? 'Group' : 'User' };
}

/**
 * Reads a list of members, or a single one; ids alone will do, repeated ones count once.
 * @throws scim.invalidValue
 */
export function readMembers(value: unknown): Member[] {
  const given = Array.isArray(value) ? value : [value];
  const { max } = groupMembers;
  if (given.length > max) throw badValue('members', `it has more than ${max} elements`);
  const read = new Map<string, Member>();
  for (const each of given) {
    const member = readMember(each);
    if (!read.has(member.value)) read.set(member.value, member);
  }
  return [...read.values()];
}

/**
 * Reads the body of POST or PUT /Groups (RFC 7643 §4.2). Absent and null members are absent, `[]` is none.
 * @throws scim.invalidSyntax, scim.invalidValue
 */
export function readGroup(body: unknown): GroupInput {
  const given = members(body);
  requireSchema(given, urn.group);
  const list = given.get('members') ?? undefined;
  return {
    displayName: readDisplayName(given.get('displayname')),
    externalId: readExternalId(given.get('externalid')),
    ...(list === undefined ? {} : { members: readMembers(list) }),
  };
}
