import { createPublicKey } from 'node:crypto';
import type { ClientJwk } from './client.entity.ts';
import { clientErrors } from './errors.ts';
import { type ClientKind, kindRules } from './kinds.ts';

const mostKeys = 4;

/**
 * The public keys of a client that authenticates by its own signature (`private_key_jwt`, OpenID Connect Core §9).
 * @param given a JWK Set (RFC 7517), as an object or as its JSON
 * @throws client.keyInvalid
 */
export function checkKeys(kind: ClientKind, given: unknown): ClientJwk[] {
  const keys = kindRules[kind].confidential ? (parsed(given) as { keys?: unknown } | null)?.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > mostKeys) throw wrong();
  return keys.map(checkKey);
}

const wrong = (): Error => clientErrors('client.keyInvalid', { field: 'jwks', values: { limit: mostKeys } });

function parsed(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch {
    throw wrong();
  }
}

function checkKey(given: unknown): ClientJwk {
  const { kty, crv, x, y, d, kid, alg, use } = (given ?? {}) as Record<string, unknown>;
  const known = kty === 'EC' && crv === 'P-256' && typeof x === 'string' && typeof y === 'string';
  if (!known || d !== undefined || (alg ?? 'ES256') !== 'ES256' || (use ?? 'sig') !== 'sig') throw wrong();
  if (kid !== undefined && (typeof kid !== 'string' || kid.length === 0 || kid.length > 128)) throw wrong();
  try {
    createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' }); // whether it is a point of the curve
  } catch {
    throw wrong();
  }
  return { kty, crv, x, y, ...(kid !== undefined && { kid }), alg: 'ES256', use: 'sig' };
}
