import { normaliseAddress } from '../../../accounts/domains/name.ts';
import { mailboxOf } from '../../../platform/mail/address.ts';
import { authErrors } from '../../errors.ts';
import type { Upstream } from './upstream.entity.ts';

/** Whom a provider speaks of. */
export interface Profile {
  subject: string;
  /** The address that it vouches for, or null: what it does not vouch for, or is none, is not looked at. */
  address: string | null;
  name: string | null;
}

type Fields = Pick<Upstream, 'kind' | 'subjectField' | 'addressField' | 'nameField' | 'vouches'>;

/**
 * Reads a profile by the names that the operator gave its fields.
 * @throws signIn.notProved for one that does not say who it is
 */
export function readProfile(given: unknown, fields: Fields): Profile {
  const profile = fields.kind === 'amazon' ? unwrapped(given) : given;
  const subject = subjectOf(fieldOf(profile, fields.subjectField));
  if (subject === null) throw authErrors('signIn.notProved', { detail: `no subject in ${fields.subjectField}` });
  const address = fieldOf(profile, fields.addressField);
  const name = fieldOf(profile, fields.nameField);
  return {
    subject,
    address: typeof address === 'string' && isMailbox(address) && isVouched(profile, fields) ? address.trim() : null,
    name: typeof name === 'string' ? nameOf(name) : null,
  };
}

/** Whether mail can be sent to it: nothing else makes anybody its owner. */
const isMailbox = (address: string): boolean =>
  normaliseAddress(address) !== null && mailboxOf(address.trim()) !== null;

/** Only a plain yes vouches: a provider of the public's that leaves it out has not asked whose the address is. */
function isVouched(profile: unknown, { vouches }: Fields): boolean {
  if (vouches === 'yes' || vouches === 'no') return vouches === 'yes';
  const said = fieldOf(profile, vouches);
  return said === true || said === 'true';
}

/** Some servers number their people. */
function subjectOf(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  // Half a surrogate pair is stored as another sign: two subjects could be one.
  return typeof value === 'string' && value !== '' && value.length <= 255 && !/[\p{Cc}\p{Cs}]/u.test(value)
    ? value
    : null;
}

/** As somebody may call themself (`requireName`): what is seen of it is all that there is. */
const nameOf = (name: string): string | null =>
  name.slice(0, 256).replaceAll(/\p{C}/gu, ' ').normalize('NFC').trim().slice(0, 256).toWellFormed() || null;

/** A field by its name, with a dot before each that is inside another; its own ones alone. */
function fieldOf(profile: unknown, path: string): unknown {
  let at = profile;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** Amazon's older answer, as its clients still know it: `{"Profile": {"CustomerId", "Name", "PrimaryEmail"}}`. */
function unwrapped(given: unknown): unknown {
  const inner = fieldOf(given, 'Profile');
  if (typeof inner !== 'object' || inner === null) return given;
  const [user_id, name, email] = ['CustomerId', 'Name', 'PrimaryEmail'].map((field) => fieldOf(inner, field));
  return { user_id, name, email };
}
