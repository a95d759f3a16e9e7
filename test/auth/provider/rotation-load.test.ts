import assert from 'node:assert/strict';
import { createLocalJWKSet, createRemoteJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { revokeKey, rotateNow } from '../../../src/auth/provider/keys/rotate.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { scaled } from '../../support/scale.ts';
import { until } from '../../support/until.ts';
import type { Visitor } from '../../support/visitor.ts';
import { type Application, ask, callback, type OpenIdStage, setOpenIdStage, signedIn, visit } from './stage.ts';

/** Requests are begun 5 ms apart, 200 a second, whatever becomes of those before. */
const everyMs = 5;
const steps = scaled(600);
const audience = 'https://api.acme.example/v1';

describeOnEachEngine('OpenID provider: signing keys under load', function () {
  this.timeout(60_000 + steps * 100);
  let stage: OpenIdStage;
  let service: Application;
  let wiki: Application;
  let visitors: Visitor[];
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
    service = await stage.application({ kind: 'service', accessTokenFormat: 'jwt', audience, scopes: ['rooms'] });
    wiki = await stage.application({ firstParty: true });
    visitors = await Promise.all(Array.from({ length: 4 }, () => signedIn(stage)));
  });
  after(() => stage.stop());

  async function token({ client, secret }: Application, form: Record<string, string>): Promise<Record<string, string>> {
    const reply = await fetch(`${stage.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client.id}:${secret}`)}` },
      body: new URLSearchParams(form),
    });
    const text = await reply.text();
    assert.equal(reply.status, 200, text);
    return JSON.parse(text) as Record<string, string>;
  }
  const ofService = async (): Promise<string> =>
    (await token(service, { grant_type: 'client_credentials', scope: 'rooms' }))['access_token']!;
  async function ofPerson(visitor: Visitor): Promise<string> {
    const asked = await ask(wiki);
    const code = new URL((await visit(visitor, asked)).url).searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: asked.verifier };
    return (await token(wiki, form))['id_token']!;
  }

  it('security check 14: codes and service tokens at 200 requests a second while keys rotate and one is revoked: none fails', async () => {
    const { ground } = stage.carillon.house;
    // Caches as the answer lets it, and looks again for a key that it does not know.
    const remote = createRemoteJWKSet(new URL(`${stage.issuer}/jwks`), { cooldownDuration: 0, cacheMaxAge: 600_000 });
    const kids = new Set<string>();
    const all: { token: string; kid: string; audience: string }[] = [];
    let revoked: string | null = null;
    let faults = 0;
    const one = async (step: number): Promise<void> => {
      const person = step % 4 === 0;
      const made = await (person ? ofPerson(visitors[(step / 4) % visitors.length]!) : ofService());
      const kid = decodeProtectedHeader(made).kid ?? '';
      kids.add(kid);
      const wanted = person ? wiki.client.id : audience;
      all.push({ token: made, kid, audience: wanted });
      try {
        await jwtVerify(made, remote, { issuer: stage.issuer, audience: wanted });
      } catch (error) {
        // Whatever the revoked key had signed is over from then on: that is what revoking is for.
        if (kid !== revoked) throw error;
        faults += 1;
      }
    };
    let begun = 0;
    const underWay: Promise<void>[] = [];
    const pace = setInterval(() => {
      if (begun >= steps) return clearInterval(pace);
      const work = one(begun++);
      work.catch(() => undefined); // it is awaited below
      underWay.push(work);
    }, everyMs);
    try {
      for (const share of [0.15, 0.3, 0.45]) {
        await until(() => begun >= steps * share, 60_000);
        await rotateNow(ground);
      }
      await until(() => begun >= steps * 0.6, 60_000);
      const active = (await (await fetch(`${stage.issuer}/jwks`)).json()) as JSONWebKeySet;
      revoked = active.keys[0]?.kid ?? '';
      await revokeKey(ground, revoked);
      const after = begun;
      await until(() => begun >= steps, 60_000);
      assert.ok(after < steps, 'there was load after it too');
      await Promise.all(underWay);
    } finally {
      clearInterval(pace);
      await Promise.allSettled(underWay);
    }
    assert.equal(all.length, steps);
    assert.ok(kids.size >= 4, `${kids.size} keys have signed`);
    assert.ok(faults <= all.filter(({ kid }) => kid === revoked).length);
    const jwks = (await (await fetch(`${stage.issuer}/jwks`)).json()) as JSONWebKeySet;
    const now = createLocalJWKSet(jwks);
    assert.ok(!jwks.keys.some(({ kid }) => kid === revoked));
    for (const { token: made, kid, audience: wanted } of all) {
      const verified = jwtVerify(made, now, { issuer: stage.issuer, audience: wanted });
      if (kid === revoked) await assert.rejects(verified, { code: 'ERR_JWKS_NO_MATCHING_KEY' });
      else await verified;
    }
    assert.notEqual(decodeProtectedHeader(await ofService()).kid, revoked);
  });
});
