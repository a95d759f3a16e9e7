import type { KeyObject } from 'node:crypto';
import { decrypted, encrypted } from '../../platform/secrets/aead.ts';
import { freshText } from '../../platform/secrets/random.ts';
import { digestOf, encode } from '../encoding.ts';
import type { PersonalPart } from '../record.entity.ts';
import type { Found } from './personal.ts';

const saltBytes = 32;

const digestDomain = 'carillon.trail.values.v1';
/** Bound to its record and person: elsewhere it does not open. */
const boundTo = (recordId: string, person: string): Buffer => encode('carillon.trail.sealed.v1', [recordId, person]);

/** Seals a person's values of one record with AES-256-GCM; without the key neither they nor their salt can be found. */
export function sealValues(
  key: KeyObject,
  recordId: string,
  person: string,
  { paths, values }: Found,
): { part: PersonalPart; sealed: string } {
  const salt = freshText(saltBytes);
  const digest = digestOf(digestDomain, [recordId, person, salt, ...values]);
  const sealed = encrypted(key, boundTo(recordId, person), JSON.stringify([salt, ...values]));
  return { part: { person, paths, digest }, sealed };
}

/** The values of a part; null when they are not those that were sealed. */
export function openValues(key: KeyObject, recordId: string, part: PersonalPart, sealed: string): string[] | null {
  const text = decrypted(key, boundTo(recordId, part.person), sealed);
  const opened = text === null ? null : listIn(text);
  if (!opened) return null;
  const [salt = '', ...values] = opened;
  if (values.length !== part.paths.length) return null;
  return digestOf(digestDomain, [recordId, part.person, salt, ...values]) === part.digest ? values : null;
}

function listIn(text: string): string[] | null {
  try {
    return JSON.parse(text) as string[];
  } catch {
    return null;
  }
}
