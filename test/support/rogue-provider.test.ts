import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { decodeJwt } from 'jose';
import * as oidc from 'openid-client';
import { startRogueProvider } from './rogue-provider.ts';
import type { RogueProvider } from './rogue-provider.ts';
import type { IdTokenMode, RogueMode } from './rogue/modes.ts';

const redirect = 'http://localhost:3000/callback';

describe('the rogue provider', () => {
  let rogue: RogueProvider;

  beforeEach(async () => {
    rogue = await startRogueProvider();
  });
  afterEach(() => rogue.close());

  /** A journey by a certified relying party that checks signatures too. */
  async function journey(mode: Partial<RogueMode> = {}) {
    rogue.set(mode);
    const config = await oidc.discovery(
      new URL(rogue.issuer),
      rogue.clientId,
      undefined,
      oidc.ClientSecretBasic(rogue.clientSecret),
      { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks], timeout: 1 },
    );
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirect,
      scope: 'openid',
      state: 's',
      nonce: 'n',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const reply = await fetch(url, { redirect: 'manual' });
    const callback = new URL(reply.headers.get('location') ?? '');
    const grant = () =>
      oidc.authorizationCodeGrant(config, callback, {
        pkceCodeVerifier,
        expectedNonce: 'n',
        expectedState: 's',
        idTokenExpected: true,
      });
    return { config, callback, grant, tokens: await grant() };
  }

  it('is honest when told nothing', async () => {
    const { config, tokens } = await journey();
    const info = await oidc.fetchUserInfo(config, tokens.access_token, 'rogue-1');
    assert.equal(info.email, rogue.subject.email);
    assert.equal(rogue.count('/keys'), 1);
    const [header = '', body = '', signature = ''] = (tokens.id_token ?? '').split('.');
    const { keys } = (await (await fetch(`${rogue.issuer}/keys`)).json()) as { keys: Record<string, string>[] };
    const key = createPublicKey({ key: keys[0] ?? {}, format: 'jwk' });
    assert.ok(verify('sha256', Buffer.from(`${header}.${body}`), key, Buffer.from(signature, 'base64url')));
  });

  const falsified: IdTokenMode[] = [
    ...([
      'alg-none',
      'hs256-public-key',
      'hs256-client-secret',
      'foreign-key',
      'bad-signature',
      'unknown-kid',
    ] as const),
    ...(['wrong-iss', 'wrong-aud', 'wrong-nonce', 'no-nonce', 'no-sub', 'expired', 'nbf-in-future'] as const),
  ];
  for (const idToken of falsified)
    it(`makes an ID token that a good relying party refuses: ${idToken}`, async () => {
      await assert.rejects(journey({ idToken }));
      assert.equal(rogue.count('/token'), 1, 'it got as far as the token');
    });

  it('makes tokens with two audiences, and from the future', async () => {
    rogue.set({ idToken: 'extra-aud' });
    await assert.rejects(journey({ idToken: 'extra-aud' }));
    const { tokens } = await journey({ claims: { iat: 1 } });
    assert.equal(decodeJwt(tokens.id_token ?? '').iat, 1);
  });

  it('publishes a rotated key from its first use on', async () => {
    await journey();
    await journey({ idToken: 'rotated-key' });
    await journey();
  });

  for (const mode of [
    ...(['no-iss', 'wrong-iss', 'denied', 'wrong-state', 'no-state', 'no-code', 'foreign-code'] as const).map(
      (authorize) => ({ authorize }),
    ),
    ...(['error', 'invalid-grant', 'hangs', 'no-id-token', 'not-json', 'redirects'] as const).map((token) => ({
      token,
    })),
    ...(['other-issuer', 'hangs', 'redirects', 'not-json', 'error'] as const).map((discovery) => ({ discovery })),
    ...(['empty', 'hangs', 'error'] as const).map((jwks) => ({ jwks })),
  ])
    it(`misbehaves so that a good relying party gives up: ${JSON.stringify(mode)}`, () =>
      assert.rejects(journey(mode)));

  it('contradicts the ID token at userinfo', async () => {
    const { config, tokens } = await journey({ userinfo: 'other-sub' });
    await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, 'rogue-1'));
    rogue.set({ userinfo: 'unverified' });
    assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, 'rogue-1')).email_verified, false);
  });

  it('knows a code that is used twice', async () => {
    const { grant, callback } = await journey();
    assert.deepEqual(rogue.replayed, []);
    await assert.rejects(grant());
    assert.deepEqual(rogue.replayed, [callback.searchParams.get('code')]);
  });

  it('announces what it is told, private addresses or megabytes', async () => {
    const read = async () => (await fetch(`${rogue.issuer}/.well-known/openid-configuration`)).text();
    rogue.set({ discovery: 'private-endpoints' });
    assert.match(await read(), /169\.254\.169\.254/);
    rogue.set({ metadata: { jwks_uri: 'http://[::1]/keys' } });
    assert.match(await read(), /\[::1\]/);
    rogue.set({ discovery: 'huge' });
    assert.ok((await read()).length > 30_000_000);
  });
});
