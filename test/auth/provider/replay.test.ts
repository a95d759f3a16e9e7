import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { newId } from '../../../src/platform/ids/ids.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { type Application, type OpenIdStage, setOpenIdStage, signedIn, authorize } from './stage.ts';

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
interface Answer {
  status: number;
  body: Record<string, string>;
}

const rounds = 25;
const atOnce = 8;

describeOnEachEngine('OpenID provider: what may be sent once', function () {
  this.timeout(120_000);
  let stage: OpenIdStage;
  let pair: Pair;
  before(async () => {
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
    pair = await generateKeyPair('ES256', { extractable: true });
  });
  after(() => stage.stop());

  /** A DPoP proof (RFC 9449 §4.2). */
  const proof = async (htu: string, htm: string, accessToken?: string): Promise<string> =>
    new SignJWT({
      htu,
      htm,
      jti: newId(),
      ...(accessToken !== undefined && { ath: createHash('sha256').update(accessToken).digest('base64url') }),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(pair.publicKey) })
      .setIssuedAt()
      .sign(pair.privateKey);

  /** One request on a connection of its own. */
  async function send(path: string, headers: Record<string, string>, form?: Record<string, string>): Promise<Answer> {
    const reply = await fetch(`${stage.issuer}${path}`, {
      headers: { ...headers, connection: 'close' },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    const text = await reply.text();
    return { status: reply.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, string>) };
  }
  const basic = ({ client, secret }: Application): string => `Basic ${btoa(`${client.id}:${secret}`)}`;
  const race = (one: () => Promise<Answer>): Promise<Answer[]> => Promise.all(Array.from({ length: atOnce }, one));
  const good = (answers: Answer[]): Answer[] => answers.filter(({ status }) => status === 200);

  it('security check 4: of eight that send one DPoP proof at once, one is answered', async () => {
    const service = await stage.application({ kind: 'service', scopes: ['rooms'] });
    const form = { grant_type: 'client_credentials', scope: 'rooms' };
    for (let round = 0; round < rounds; round++) {
      const dpop = await proof(`${stage.issuer}/token`, 'POST');
      const answers = await race(() => send('/token', { authorization: basic(service), dpop }, form));
      assert.equal(good(answers).length, 1, JSON.stringify(answers));
      assert.equal(good(answers)[0]?.body['token_type'], 'DPoP');
      for (const { status, body } of answers) if (status !== 200) assert.match(String(body['error']), /^invalid_/);
    }
  });

  it('security check 4: a DPoP proof opens userinfo once, for its own token and key alone', async () => {
    const application = await stage.application({ firstParty: true });
    const visitor = await signedIn(stage);
    const { refresh_token: refresh } = await authorize(application, visitor);
    const headers = { authorization: basic(application), dpop: await proof(`${stage.issuer}/token`, 'POST') };
    const { body } = await send('/token', headers, { grant_type: 'refresh_token', refresh_token: refresh ?? '' });
    const token = body['access_token'] ?? '';
    const uri = `${stage.issuer}/userinfo`;
    for (let round = 0; round < rounds; round++) {
      const dpop = await proof(uri, 'GET', token);
      assert.equal(good(await race(() => send('/userinfo', { authorization: `DPoP ${token}`, dpop }))).length, 1);
    }
    const none = await send('/userinfo', { authorization: `Bearer ${token}` });
    assert.equal(none.status, 401, 'a bound token is no bearer token');
    const other = await send('/userinfo', { authorization: `DPoP ${token}`, dpop: await proof(uri, 'POST', token) });
    assert.equal(other.status, 401, 'a proof for another method');
  });

  it('security check 4: of eight that send one client assertion at once, one is answered', async () => {
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
    const service = await stage.application({
      kind: 'service',
      scopes: ['rooms'],
      authentication: 'key',
      jwks: JSON.stringify({ keys: [jwk] }),
    } as never);
    for (const path of ['/token', '/token/introspection']) {
      for (let round = 0; round < rounds; round++) {
        const assertion = await new SignJWT({ jti: newId() })
          .setProtectedHeader({ alg: 'ES256', kid: 'one' })
          .setIssuer(service.client.id)
          .setSubject(service.client.id)
          .setAudience(stage.issuer)
          .setIssuedAt()
          .setExpirationTime('1m')
          .sign(pair.privateKey);
        const form = {
          ...(path === '/token' ? { grant_type: 'client_credentials', scope: 'rooms' } : { token: 'nonsense' }),
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
        };
        const answers = await race(() => send(path, {}, form));
        assert.equal(good(answers).length, 1, `${path} ${JSON.stringify(answers)}`);
        // What was used at one endpoint is used at the other too.
        const elsewhere = path === '/token' ? '/token/introspection' : '/token';
        const again = await send(elsewhere, {}, { ...form, grant_type: 'client_credentials', token: 'nonsense' });
        assert.equal(again.status, 401);
      }
    }
  });
});
