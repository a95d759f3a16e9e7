import { createHmac, createPublicKey } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import type { IdTokenMode } from './modes.ts';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

interface SigningKey {
  kid: string;
  secret: PrivateKey;
  jwk: JWK;
}

export interface Keyring {
  /** What /keys publishes. */
  published: JWK[];
  idToken(mode: IdTokenMode, claims: JWTPayload, clientSecret: string): Promise<string>;
}

async function makeKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { kid, secret: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const signed = (key: SigningKey, claims: JWTPayload, kid = key.kid): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(key.secret);

const makeKeys = () => Promise.all([makeKey('key-1'), makeKey('key-2'), makeKey('key-1')]);
let keys: ReturnType<typeof makeKeys> | undefined;

/** A key for honest tokens, one to rotate to, and one that is never published; every provider of a process has these. */
export async function makeKeyring(): Promise<Keyring> {
  keys ??= makeKeys();
  const [own, rotated, foreign] = await keys;
  const published = [own.jwk];
  const hmac = (claims: JWTPayload, secret: string | Buffer): string => {
    const text = `${encoded({ alg: 'HS256', kid: own.kid })}.${encoded(claims)}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };

  return {
    published,
    async idToken(mode, given, clientSecret) {
      const claims = changed(mode, given);
      // By its name alone: modes that falsify claims are signed as honest ones are.
      const manner: string = mode;
      switch (manner) {
        case 'alg-none':
          return `${encoded({ alg: 'none' })}.${encoded(claims)}.`;
        case 'hs256-public-key': {
          const pem = createPublicKey({ key: own.jwk, format: 'jwk' });
          return hmac(claims, pem.export({ type: 'spki', format: 'pem' }));
        }
        case 'hs256-client-secret':
          return hmac(claims, clientSecret);
        case 'foreign-key':
          return signed(foreign, claims);
        case 'unknown-kid':
          return signed(foreign, claims, 'key-of-nobody');
        case 'bad-signature': {
          const token = await signed(own, claims);
          const at = token.lastIndexOf('.') + 1;
          return `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
        }
        case 'rotated-key':
          // Published only now: whoever cached the keys must ask once more.
          published.splice(0, published.length, rotated.jwk);
          return signed(rotated, claims);
        default:
          return signed(published.includes(rotated.jwk) ? rotated : own, claims);
      }
    },
  };
}

/** The claims as a mode falsifies them. */
function changed(mode: IdTokenMode, claims: JWTPayload): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  const { nonce: _nonce, ...withoutNonce } = claims;
  const { sub: _sub, ...withoutSub } = claims;
  const changes: Partial<Record<IdTokenMode, JWTPayload>> = {
    'wrong-iss': { ...claims, iss: 'https://issuer.invalid' },
    'wrong-aud': { ...claims, aud: 'another-client' },
    'extra-aud': { ...claims, aud: [String(claims.aud), 'another-client'] },
    'wrong-nonce': { ...claims, nonce: 'a nonce of another journey' },
    'no-nonce': withoutNonce,
    'no-sub': withoutSub,
    expired: { ...claims, iat: now - 7200, exp: now - 3600 },
    'iat-in-future': { ...claims, iat: now + 3600, exp: now + 7200 },
    'nbf-in-future': { ...claims, nbf: now + 3600, exp: now + 7200 },
  };
  return changes[mode] ?? claims;
}
