import { createHash } from 'node:crypto';
import type { SentHeaders } from './headers.ts';
import type { QueryPair } from './query.ts';

interface CanonicalInput {
  method: string;
  /** As it was sent, escapes and all. */
  path: string;
  query: readonly QueryPair[];
  headers: SentHeaders;
  signedHeaders: readonly string[];
  /** SHA-256 of the content, in hexadecimal. */
  payloadHash: string;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * The canonical request (Signature Version 4, "Create a canonical request"), one character a byte: header values come
 * from Node as Latin-1, whatever their encoding was.
 */
export function canonicalRequest({ method, path, query, headers, signedHeaders, payloadHash }: CanonicalInput): string {
  const lines = signedHeaders.map((name) => `${name}:${(headers.get(name) ?? []).map(trimmed).join(',')}\n`);
  return [
    method,
    canonicalPath(path),
    canonicalQuery(query),
    lines.join(''),
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** Every service but S3 encodes the path again as it was sent: `%20` becomes `%2520`. */
const canonicalPath = (path: string): string =>
  /^[\w.~/-]*$/.test(path) ? path : path.split('/').map(encodeBytes).join('/');

/** Names and values are encoded anew from what they mean, then sorted by their bytes. */
const canonicalQuery = (query: readonly QueryPair[]): string =>
  query
    .map(({ name, value }) => ({ name: encode(name), value: encode(value) }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.value, b.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join('&');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Blanks at the ends go, those inside become one. No more: a byte 0xA0 of UTF-8 is no blank. */
const trimmed = (value: string): string => {
  const single = value.replaceAll(/ {2,}/g, ' ');
  return single.slice(single.startsWith(' ') ? 1 : 0, single.endsWith(' ') && single.length > 1 ? -1 : undefined);
};

/** Escapes all but the unreserved characters of RFC 3986 §2.3. */
const encode = (text: string): string =>
  /^[\w.~-]*$/.test(text)
    ? text
    : encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The same of a text whose characters are bytes already. */
const encodeBytes = (text: string): string =>
  text.replaceAll(/[^\w.~-]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
