import { createHash, generateKeyPairSync } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { clock } from '../../../platform/clock/clock.ts';
import type { Seal, SealPlace } from '../../../platform/secrets/seal.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import { type PublicJwk, type SigningKey, signingKeySecret } from './key.entity.ts';

/** The private key as JWK: what oidc-provider is given. */
export type PrivateJwk = PublicJwk & { d: string };

const privatePlace = (kid: string): SealPlace => placeIn(signingKeySecret, kid);

/** A new ES256 key; its id is its thumbprint (RFC 7638 §3), and never begins like an option of a command. */
export function makeKey(seal: Seal, state: SigningKey['state']): SigningKey {
  for (;;) {
    const key = anyKey(seal, state);
    if (!key.id.startsWith('-')) return key;
  }
}

function anyKey(seal: Seal, state: SigningKey['state']): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y, d } = privateKey.export({ format: 'jwk' }) as Required<JsonWebKey>;
  const thumbprint = JSON.stringify({ crv: 'P-256', kty: 'EC', x, y });
  const kid = createHash('sha256').update(thumbprint).digest('base64url');
  const now = clock.now();
  return {
    id: kid,
    state,
    publicKey: { kty: 'EC', crv: 'P-256', x, y, kid, alg: 'ES256', use: 'sig' },
    privateKey: seal.seal(d, privatePlace(kid)),
    createdAt: now,
    activeAt: state === 'active' ? now : null,
    retiredAt: null,
  };
}

/** The private JWK of a row. @throws secrets.unsealable */
export const openKey = (seal: Seal, { id, publicKey, privateKey }: SigningKey): PrivateJwk => ({
  ...publicKey,
  d: seal.unseal(privateKey, privatePlace(id)),
});
