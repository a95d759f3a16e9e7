import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';

const event = 'http://schemas.openid.net/event/backchannel-logout';

/** Verifies logout tokens as an application must (OpenID Connect Back-Channel Logout 1.0 §2.6). */
export class LogoutTokens {
  readonly #issuer: string;
  readonly #clientId: string;
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;
  readonly #seen = new Set<string>();

  constructor({ issuer, jwks_uri: keys }: { issuer: string; jwks_uri?: string | undefined }, clientId: string) {
    this.#issuer = issuer;
    this.#clientId = clientId;
    this.#keys = createRemoteJWKSet(new URL(keys ?? ''));
  }

  /** Whose sessions end: one session's, or without `sid` all of the person's. @throws Error when it is not Carillon's */
  async verify(token: string): Promise<{ sub: string | undefined; sid: string | undefined }> {
    const { payload } = await jwtVerify(token, this.#keys, {
      issuer: this.#issuer,
      audience: this.#clientId,
      algorithms: ['ES256'],
      typ: 'logout+jwt',
      requiredClaims: ['iat', 'exp', 'jti', 'events'],
      clockTolerance: 5,
    });
    const { sub, sid, events, nonce, jti } = payload as JWTPayload & { sid?: string; events?: object; nonce?: string };
    if (nonce !== undefined || !events || !(event in events)) throw new Error('this is no logout token');
    if (sub === undefined && sid === undefined) throw new Error('the logout token names nobody');
    if (this.#seen.has(jti!)) throw new Error('the logout token was here before');
    this.#seen.add(jti!);
    return { sub, sid };
  }
}
