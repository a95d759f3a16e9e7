import { X509Certificate } from 'node:crypto';
import { parseFilter } from '../client/filters.ts';
import { readTarget } from '../client/target.ts';
import type { Directory } from '../directory.entity.ts';
import { ldapErrors } from '../errors.ts';
import { type AttributeNames, attributeKeys, mayBeMissing } from '../kinds.ts';

/** What an administrator types; an empty text stands for the default, or for what is kept. */
export interface DirectoryInput {
  name: string;
  /** One URL a line, in the order in which they are asked. */
  servers: string;
  /** PEM; empty: what the system trusts. */
  ca: string;
  bindName: string;
  /** Empty keeps the present one. */
  bindPassword: string;
  baseDn: string;
  userFilter: string;
  groupFilter: string;
  /** One a line, such as `mail: mail`; those that are left out are the kind's own. */
  attributes: string;
}

/** The same, read; null stands for the default. */
export interface Draft {
  name: string | null;
  servers: string[];
  ca: string | null;
  bindName: string;
  /** Null keeps the present one. */
  bindPassword: string | null;
  baseDn: string | null;
  userFilter: string | null;
  groupFilter: string | null;
  attributes: Partial<AttributeNames>;
}

const mostServers = 10;
const control = /\p{Cc}/u;

/** @throws directory.*, naming the field */
export function readDraft(input: DirectoryInput, present: Directory | null): Draft {
  const draft: Draft = {
    name: readName(input.name),
    servers: readServers(input.servers),
    ca: readCa(input.ca),
    bindName: readBindName(input.bindName),
    bindPassword: readPassword(input.bindPassword),
    baseDn: readBase(input.baseDn),
    userFilter: readFilter(input.userFilter, 'userFilter'),
    groupFilter: readFilter(input.groupFilter, 'groupFilter'),
    attributes: readAttributes(input.attributes),
  };
  if (draft.bindPassword === null && !(present && mayKeepPassword(draft, present))) {
    throw ldapErrors('directory.passwordMissing', { field: 'bindPassword' });
  }
  return draft;
}

/** A kept password goes only to whom it was given for: else a changed address would be sent it. */
const mayKeepPassword = (draft: Draft, present: Directory): boolean =>
  draft.servers.every((server) => present.servers.includes(server)) &&
  draft.ca === present.ca &&
  draft.bindName === present.bindName;

function readName(input: string): string | null {
  const name = input.normalize('NFC').trim();
  if (name.length > 200 || control.test(name)) throw ldapErrors('directory.nameInvalid', { field: 'name' });
  return name || null;
}

function readServers(input: string): string[] {
  const typed = input.split(/[\s,]+/).filter(Boolean);
  const servers = typed.map((text) => readTarget(text)?.url ?? raise(wrongServer(text)));
  const twice = servers.find((server, i) => servers.indexOf(server) !== i);
  if (servers.length === 0 || servers.length > mostServers || twice) throw wrongServer(twice ?? '“”');
  return servers;
}

const wrongServer = (value: string): Error =>
  ldapErrors('directory.serverInvalid', { field: 'servers', values: { value: value.slice(0, 100) } });

function readCa(input: string): string | null {
  const text = input.replaceAll('\r', '').trim();
  if (!text) return null;
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    if (found.length === 0 || text.length > 65_536) throw new Error('no certificate');
    // As we write them, so that what is compared later is the same.
    return found.map((pem) => new X509Certificate(pem).toString()).join('');
  } catch (error) {
    throw ldapErrors('directory.caInvalid', { field: 'ca', detail: String(error) });
  }
}

function readBindName(input: string): string {
  const name = input.trim();
  if (!name || name.length > 1024 || control.test(name)) {
    throw ldapErrors('directory.bindNameInvalid', { field: 'bindName' });
  }
  return name;
}

function readPassword(input: string): string | null {
  if (input.length > 1024 || control.test(input)) {
    throw ldapErrors('directory.passwordInvalid', { field: 'bindPassword' });
  }
  return input || null;
}

function readBase(input: string): string | null {
  const base = input.trim();
  if (base.length > 1024 || control.test(base)) throw ldapErrors('directory.baseInvalid', { field: 'baseDn' });
  return base || null;
}

function readFilter(input: string, field: string): string | null {
  const filter = input.trim();
  if (filter && !parseFilter(filter)) throw ldapErrors('directory.filterInvalid', { field });
  return filter || null;
}

function readAttributes(input: string): Partial<AttributeNames> {
  const read: Record<string, string | null> = {};
  for (const line of input.split('\n').map((text) => text.trim())) {
    if (!line) continue;
    const [, key = '', value = ''] = /^(\w+)\s*[:=]\s*(\S*)$/.exec(line) ?? [];
    const known = attributeKeys.find((name) => name === key);
    const none = value === '-' || value === '';
    const fair = none ? mayBeMissing(key) : /^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(value);
    if (!known || !fair) {
      throw ldapErrors('directory.attributesInvalid', { field: 'attributes', values: { value: line.slice(0, 100) } });
    }
    read[known] = none ? null : value;
  }
  return read;
}

/** The attributes as they are typed. */
export const attributesText = (attributes: AttributeNames): string =>
  attributeKeys.map((key) => `${key}: ${attributes[key] ?? '-'}`).join('\n');

function raise(error: Error): never {
  throw error;
}
