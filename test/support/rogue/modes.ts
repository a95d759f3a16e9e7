/** What the rogue provider can do wrong; each part is honest unless its mode says otherwise. */

export type IdTokenMode =
  | 'honest'
  | 'alg-none'
  | 'hs256-public-key'
  | 'hs256-client-secret'
  | 'foreign-key'
  | 'bad-signature'
  | 'rotated-key'
  | 'unknown-kid'
  | 'wrong-iss'
  | 'wrong-aud'
  | 'extra-aud'
  | 'wrong-nonce'
  | 'no-nonce'
  | 'no-sub'
  | 'expired'
  | 'iat-in-future'
  | 'nbf-in-future';

export type UserinfoMode =
  | 'honest'
  | 'other-sub'
  | 'no-sub'
  | 'unverified'
  | 'no-verified'
  | 'no-email'
  | 'error'
  | 'hangs'
  | 'not-json';

export type DiscoveryMode =
  | 'honest'
  | 'other-issuer'
  | 'hangs'
  | 'redirects'
  | 'huge'
  | 'not-json'
  | 'error'
  | 'private-endpoints';

export type TokenMode =
  | 'honest'
  | 'error'
  | 'invalid-grant'
  | 'hangs'
  | 'no-id-token'
  | 'not-json'
  | 'redirects'
  | 'huge';

export type AuthorizeMode =
  | 'honest'
  | 'no-iss'
  | 'wrong-iss'
  | 'denied'
  | 'wrong-state'
  | 'no-state'
  | 'no-code'
  | 'foreign-code';

export type JwksMode = 'honest' | 'empty' | 'hangs' | 'error' | 'huge';

export interface RogueMode {
  authorize: AuthorizeMode;
  discovery: DiscoveryMode;
  idToken: IdTokenMode;
  jwks: JwksMode;
  token: TokenMode;
  userinfo: UserinfoMode;
  /** Laid over the discovery document; `undefined` takes a member away. */
  metadata: Record<string, unknown>;
  /** Laid over the ID token's claims, after the mode's own change. */
  claims: Record<string, unknown>;
}

export const honest = (): RogueMode => ({
  authorize: 'honest',
  discovery: 'honest',
  idToken: 'honest',
  jwks: 'honest',
  token: 'honest',
  userinfo: 'honest',
  metadata: {},
  claims: {},
});
