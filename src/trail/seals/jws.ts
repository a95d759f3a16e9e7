import { createHash, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';

/** What a digest says. Times are ISO 8601. */
const claims = z.strictObject({
  chain: z.string(),
  number: z.int(),
  since: z.string(),
  until: z.string(),
  signedAt: z.string(),
  /** The chain's head when it was signed, and how many records came since the digest before. */
  position: z.int(),
  hash: z.string(),
  records: z.int(),
  /** `jwsHash` of the digest before; null in the first. */
  previous: z.string().nullable(),
});
export type DigestClaims = z.output<typeof claims>;

const header = z.object({ alg: z.literal('EdDSA'), kid: z.string(), typ: z.literal('carillon-trail-digest') });

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs a digest: a JSON Web Signature in compact form, Ed25519 (RFC 7515, RFC 8037). */
export function signDigest(said: DigestClaims, kid: string, key: KeyObject): string {
  const text = `${encoded({ alg: 'EdDSA', kid, typ: 'carillon-trail-digest' })}.${encoded(said)}`;
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

/** What a digest says; null when it is none, or none of these keys has signed it. */
export function readDigest(
  jws: string,
  keys: Iterable<KeyObject> | ReadonlyMap<string, KeyObject>,
): DigestClaims | null {
  const [head = '', body = '', signature = '', ...more] = jws.split('.');
  if (more.length > 0) return null;
  try {
    const { kid } = header.parse(JSON.parse(Buffer.from(head, 'base64url').toString()));
    const candidates = keys instanceof Map ? [keys.get(kid)] : [...(keys as Iterable<KeyObject>)];
    const text = Buffer.from(`${head}.${body}`);
    const bytes = Buffer.from(signature, 'base64url');
    if (bytes.toString('base64url') !== signature) return null;
    if (!candidates.some((key) => key && verify(null, text, key, bytes))) return null;
    return claims.parse(JSON.parse(Buffer.from(body, 'base64url').toString()));
  } catch {
    return null;
  }
}

/** By what the next digest names this one. */
export const jwsHash = (jws: string): string => createHash('sha256').update(jws).digest('base64url');
