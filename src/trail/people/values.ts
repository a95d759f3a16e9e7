import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { digestOf, encode } from '../encoding.ts';
import type { PersonalPart } from '../record.entity.ts';
import type { Found } from './personal.ts';

const ivBytes = 12;
const tagBytes = 16;
const saltBytes = 32;

const digestDomain = 'carillon.trail.values.v1';
/** Bound to its record and person: elsewhere it does not open. */
const boundTo = (recordId: string, person: string): Buffer => encode('carillon.trail.sealed.v1', [recordId, person]);

/** Keys as the engine takes them without work, for as long as somebody remembers their bytes. */
const ready = new WeakMap<Buffer, KeyObject>();

// Of bytes Node finds out by an exception that they are no such object, which costs more than all the rest.
function readyKey(key: Buffer): KeyObject {
  const known = ready.get(key);
  if (known) return known;
  const made = createSecretKey(key);
  ready.set(key, made);
  return made;
}

/** Seals a person's values of one record with AES-256-GCM; without the key neither they nor their salt can be found. */
export function sealValues(
  key: Buffer,
  recordId: string,
  person: string,
  { paths, values }: Found,
): { part: PersonalPart; sealed: string } {
  const salt = randomBytes(saltBytes).toString('base64url');
  const digest = digestOf(digestDomain, [recordId, person, salt, ...values]);
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', readyKey(key), iv, { authTagLength: tagBytes });
  cipher.setAAD(boundTo(recordId, person));
  const text = Buffer.concat([cipher.update(JSON.stringify([salt, ...values]), 'utf8'), cipher.final()]);
  return {
    part: { person, paths, digest },
    sealed: Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url'),
  };
}

/** The values of a part; null when they are not those that were sealed. */
export function openValues(key: Buffer, recordId: string, part: PersonalPart, sealed: string): string[] | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < ivBytes + tagBytes || bytes.toString('base64url') !== sealed) return null;
  const decipher = createDecipheriv('aes-256-gcm', readyKey(key), bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(boundTo(recordId, part.person));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  let opened: unknown;
  try {
    const text = decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
    opened = JSON.parse(text);
  } catch {
    return null;
  }
  const [salt = '', ...values] = opened as string[];
  if (values.length !== part.paths.length) return null;
  return digestOf(digestDomain, [recordId, part.person, salt, ...values]) === part.digest ? values : null;
}
