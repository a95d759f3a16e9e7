import { isIP } from 'node:net';
import { z } from 'zod';
import { isPostgres } from '../database/database.ts';
import { readAddress } from '../database/postgres/address.ts';

/** What a setting can be. `expected` completes the sentence "expected …". */
export interface Kind<T> {
  schema: z.ZodType<T>;
  /** From a variable's text to what a JSON file would hold; text that does not fit is given back as it is. */
  fromText: (text: string) => unknown;
  expected: string;
}

const asIs = (text: string): string => text;

/** A whole number from `least` to `most`. */
export const wholeNumber = (least: number, most: number): Kind<number> => ({
  schema: z.int().min(least).max(most),
  fromText: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : text),
  expected: `a whole number from ${least} to ${most}`,
});

/** One of a few words. */
export const choice = <const T extends readonly string[]>(words: T): Kind<T[number]> => ({
  schema: z.enum(words),
  fromText: asIs,
  expected: `one of ${words.join(', ')}`,
});

/** Text with at least one character. */
export const text = (expected: string): Kind<string> => ({ schema: z.string().min(1), fromText: asIs, expected });

/** An organisation's twelve digits; the reserved one is nobody's. */
export const organisationNumber: Kind<string> = {
  schema: z.string().regex(/^[1-9]\d{11}$/),
  fromText: asIs,
  expected: 'the twelve digits of an organisation',
};

/** A secret of at least `least` printable ASCII characters. */
export const secret = (least: number): Kind<string> => ({
  schema: z
    .string()
    .min(least)
    .regex(/^[\x21-\x7e]+$/),
  fromText: asIs,
  expected: `at least ${least} characters, printable ASCII without spaces`,
});

function originOf(value: string): string | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  const bare = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password;
  return bare && /^https?:$/.test(url.protocol) && !/[?#]$/.test(value) ? url.origin : undefined;
}

/** The origin of an http or https address; a lone closing slash is dropped. */
export const origin: Kind<string> = {
  schema: z
    .string()
    .refine((value) => originOf(value) !== undefined)
    .transform((value) => originOf(value) ?? ''),
  fromText: asIs,
  expected: 'an origin such as https://carillon.example.com, without path, query or user',
};

function isDatabase(value: string): boolean {
  if (!isPostgres(value)) return !/^[a-z0-9+]+:\/\/|^:memory:/i.test(value);
  try {
    readAddress(value);
    return true;
  } catch {
    return false; // what is wrong must not be shown with the address, which has a password in it
  }
}

/** A file for SQLite, or a PostgreSQL server's address. */
export const database: Kind<string> = {
  schema: z.string().min(1).refine(isDatabase),
  fromText: asIs,
  expected:
    'the path of a SQLite file, or postgres://user:password@host:port/database with sslmode disable, require, verify-ca or verify-full, and files of certificates that are there',
};

/** A list of entries that each pass `fits`; in a variable, separated by commas. */
export const listOf = (fits: (entry: string) => boolean, entries: string): Kind<string[]> => ({
  schema: z.array(z.string().refine(fits)),
  fromText: (value) =>
    value
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
  expected: `a list of ${entries}`,
});

/** An IP address, or a network in CIDR notation (RFC 4632). */
export function isNetwork(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** An IP address with a port; without one where `portOptional`. IPv6 with a port stands in brackets. */
export const isServer =
  (portOptional: boolean) =>
  (entry: string): boolean => {
    if (portOptional && isIP(entry) !== 0) return true;
    const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(entry);
    if (!match) return false;
    const version = match[1] === undefined ? isIP(match[2] ?? '') === 4 : isIP(match[1]) === 6;
    return version && Number(match[3]) > 0 && Number(match[3]) < 65_536;
  };

/** A host's name or IP address, without scheme and port. */
export const isHost = (entry: string): boolean =>
  isIP(entry) !== 0 || /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(entry);

/** A host with or without a port: `idp.corp`, `10.0.0.7:8443`, `[::1]:4000`. */
export function isHostWithPort(entry: string): boolean {
  if (isHost(entry)) return true;
  const [, bracketed, name = '', port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(entry) ?? [];
  const named = bracketed === undefined ? isHost(name) : isIP(bracketed) === 6;
  return named && (port === undefined || (Number(port) > 0 && Number(port) < 65_536));
}

/** One host. */
export const host: Kind<string> = {
  schema: z.string().refine(isHost),
  fromText: asIs,
  expected: 'a host name or IP address',
};
