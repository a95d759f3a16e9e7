import assert from 'node:assert/strict';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import * as openid from 'openid-client';
import { rotateNow } from '../../../src/auth/provider/keys/rotate.ts';
import { until } from '../../support/until.ts';
import { authorize, type OpenIdStage, setOpenIdStage, signedIn } from './stage.ts';

describe('OpenID provider: signing keys', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
  });
  after(() => stage.stop());

  it('security check 14: sign-ins while keys rotate give ID tokens that all verify', async () => {
    const { ground } = stage.carillon.house;
    const application = await stage.application({ firstParty: true });
    const visitors = await Promise.all(Array.from({ length: 4 }, () => signedIn(stage)));
    // Without its own check of signatures: it would not read the keys again for a minute.
    const { client, secret } = application;
    const own = { id_token_signed_response_alg: 'ES256' };
    const auth = openid.ClientSecretBasic(secret);
    const configuration = new openid.Configuration(application.configuration.serverMetadata(), client.id, own, auth);
    openid.allowInsecureRequests(configuration);
    const tokens: string[] = [];
    const work = visitors.map(async (visitor) => {
      for (let i = 0; i < 12; i++) tokens.push((await authorize({ client, secret, configuration }, visitor)).id_token!);
    });
    for (const enough of [8, 16, 24]) {
      await until(() => tokens.length >= enough, 30_000);
      await rotateNow(ground);
    }
    await Promise.all(work);
    const jwks = (await (await fetch(`${stage.issuer}/jwks`)).json()) as JSONWebKeySet;
    const keys = createLocalJWKSet(jwks);
    for (const token of tokens) await jwtVerify(token, keys, { issuer: stage.issuer, audience: application.client.id });
    assert.ok(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size >= 3);
  });
});
