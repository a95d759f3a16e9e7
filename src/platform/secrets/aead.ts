import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';
import { freshBytes } from './random.ts';

const ivBytes = 12;
const tagBytes = 16;
const algorithm = 'aes-256-gcm';
const options = { authTagLength: tagBytes };

/**
 * Encrypts a text with AES-256-GCM (NIST SP 800-38D) under a fresh IV.
 * @param aad what it is bound to: with anything else it does not open
 * @returns base64url(iv, tag, ciphertext)
 */
export function encrypted(key: KeyObject, aad: Buffer, plain: string): string {
  const iv = freshBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv, options);
  cipher.setAAD(aad);
  const text = cipher.update(plain, 'utf8');
  cipher.final(); // of this mode it gives no bytes: what there is is in `text`
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
}

/** The text again. @returns null for what this key has not encrypted so: another text, another binding, another key */
export function decrypted(key: KeyObject, aad: Buffer, encoded: string): string | null {
  const bytes = Buffer.from(encoded, 'base64url');
  // Base64 has several spellings of the same bytes; only the one that was written counts.
  if (bytes.length < ivBytes + tagBytes || bytes.toString('base64url') !== encoded) return null;
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes), options);
  decipher.setAAD(aad);
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    return decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return null;
  }
}
