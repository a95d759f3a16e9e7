import { normaliseAddress } from '../../../../accounts/domains/name.ts';
import type { Entry } from '../../client/entry.ts';
import { idText, idValue } from '../../ids.ts';
import { cleaned } from '../../text.ts';
import type { DirectoryPerson } from '../people/person.ts';
import type { Shape } from './shape.ts';
import { fromDays, fromFileTime, fromGeneralizedTime } from './times.ts';

/** ADS_UF_ACCOUNTDISABLE (MS-ADTS 2.2.16). */
const accountDisabled = 0x2;
/** What OpenLDAP's password policy writes for an account that only an administrator unlocks. */
const lockedForGood = '000001010000Z';

/** Attributes that say no, of every kind of directory: what is not there is not answered. */
const refusals = [
  'userAccountControl',
  'accountExpires',
  'pwdAccountLockedTime',
  'pwdEndTime',
  'shadowExpire',
  'nsAccountLock',
];
const names = ['title', 'department'];

/** What is asked of a person's entry. */
export const personAttributes = ({ attributes }: Shape): string[] => [
  attributes.guid,
  attributes.mail,
  ...(attributes.proxies === null ? [] : [attributes.proxies]),
  attributes.displayName,
  attributes.givenName,
  attributes.surname,
  ...names,
  ...refusals,
];

/** An entry's guid as text, objectGUID and entryUUID alike; null for an entry that shows none. */
export const guidOf = (entry: Entry, { attributes }: Shape): string | null =>
  idText(attributes.guid, entry.bytes(attributes.guid)[0]);

/** The value to look a guid up by. */
export const guidValue = (guid: string, { attributes }: Shape): string | Buffer => idValue(attributes.guid, guid);

/** What an entry says of a person; null for one without a guid, which nobody could be told by. */
export function readPerson(entry: Entry, shape: Shape): DirectoryPerson | null {
  const guid = guidOf(entry, shape);
  if (guid === null) return null;
  const { attributes } = shape;
  const [mail = null, ...others] = entry.texts(attributes.mail).filter(isAddress);
  return {
    guid,
    dn: entry.dn,
    mail,
    addresses: distinct([...(mail === null ? [] : [mail]), ...others, ...proxiesOf(entry, shape)]),
    displayName: textOf(entry, attributes.displayName),
    givenName: textOf(entry, attributes.givenName),
    familyName: textOf(entry, attributes.surname),
    title: textOf(entry, 'title'),
    department: textOf(entry, 'department'),
    disabled: isDisabled(entry),
    ...(shape.hasControl && controlOf(entry) === null && { stateUnknown: true }),
    expiresAt: endOf(entry),
  };
}

/** When the directory's yes ends: the first of the times that it knows (pwdEndTime: draft-behera-ldap-password-policy §5.3). */
function endOf(entry: Entry): number | null {
  const ends = [
    fromFileTime(entry.text('accountExpires')),
    fromGeneralizedTime(entry.text('pwdEndTime')),
    fromDays(entry.text('shadowExpire')),
  ].filter((end) => end !== null);
  return ends.length === 0 ? null : Math.min(...ends);
}

const isAddress = (value: string): boolean => normaliseAddress(value) !== null;

/** The addresses of a proxyAddresses attribute: those of type smtp, whatever the case of the prefix. */
function proxiesOf(entry: Entry, { attributes }: Shape): string[] {
  if (attributes.proxies === null) return [];
  const values = entry.texts(attributes.proxies);
  if (attributes.proxies.toLowerCase() !== 'proxyaddresses') return values.filter(isAddress);
  return values.flatMap((value) => /^smtp:(.+)$/i.exec(value)?.[1]?.trim() ?? []).filter(isAddress);
}

/** Each address once, however it is written; in the order given. */
function distinct(addresses: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const address of addresses) {
    const key = normaliseAddress(address) ?? address;
    if (!byKey.has(key)) byKey.set(key, byKey.size === 0 ? address : key);
  }
  return [...byKey.values()].slice(0, mostAddresses);
}
const mostAddresses = 100;

/** Its userAccountControl; null: the entry shows none, or nothing that is one. */
function controlOf(entry: Entry): number | null {
  const text = entry.text('userAccountControl');
  return text !== null && /^-?\d{1,10}$/.test(text) ? Number(text) : null;
}

/** A directory's explicit no; a lock that ends by itself, or after wrong passwords, is none: the bind is refused then. */
function isDisabled(entry: Entry): boolean {
  if (((controlOf(entry) ?? 0) & accountDisabled) !== 0) return true;
  if (entry.text('pwdAccountLockedTime') === lockedForGood) return true;
  return entry.text('nsAccountLock')?.toLowerCase() === 'true';
}

function textOf(entry: Entry, name: string): string | null {
  const text = cleaned(entry.text(name) ?? '');
  return text ? text.slice(0, 256) : null;
}
