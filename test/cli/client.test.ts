import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSecret, secretsOf } from '../../src/auth/provider/clients/secrets.ts';
import { testFolder } from '../support/folder.ts';
import { type Stage, startStage } from './support.ts';

describe('carillon client', () => {
  let stage: Stage;
  before(async () => {
    stage = await startStage();
  });
  after(() => stage.stop());

  it('registers, lists, shows and changes an application', async () => {
    const { run, json, house } = stage;
    assert.match((await run('client list')).stderr, /has no application yet/);
    const uri = 'https://wiki.example/callback';
    const made = await run(`client create Wiki --redirect-uris ${uri},https://wiki.example/b --account Acme`);
    assert.equal(made.status, 0, made.stderr);
    assert.match(made.stderr, /shown this once/);
    const shown = await json('client show wiki');
    assert.deepEqual([shown.kind, shown.redirectUris[0], shown.accountId], ['web', uri, stage.company.scope.accountId]);
    const secret = /carillon_client_[\w-]+/.exec(made.stdout)![0];
    assert.ok(isSecret(secretsOf((await house.clients.find(shown.id))!), secret));
    assert.ok(!JSON.stringify(shown).includes('Hash'));
    assert.deepEqual(shown.logoutTokens, { waiting: 0, failed: 0 });
    assert.match((await run('client show wiki')).stdout, /0 wait, 0 were given up/);
    for (const never of ['http://192.0.2.7/out', 'http://wiki.example/out', 'https://10.0.0.1/out']) {
      const no = await run(`client update ${shown.id} --backchannel-logout-uri ${never} --json`);
      assert.deepEqual([no.status, no.error().field], [1, 'backchannelLogoutUri'], never);
    }
    const changed = await json(`client update ${shown.id} --name Lexicon --first-party yes --account all`);
    assert.deepEqual([changed.name, changed.firstParty, changed.accountId], ['Lexicon', true, null]);
    assert.deepEqual(changed.redirectUris, shown.redirectUris);
    assert.deepEqual([shown.accessTokenSeconds, shown.effectiveAccessTokenSeconds], [3_600, 900]);
    assert.match(made.stdout, /900 s \(ACCESS_TOKEN_SECONDS; by itself 3600 s\)/);
    assert.equal((await json('client list')).clients.length, 1);
    assert.equal((await run('client update Lexicon')).status, 2);
    assert.equal((await run('client update Lexicon --first-party maybe')).status, 2);
    assert.equal((await run('client show Wiki')).status, 3);
    const refused = await run('client create Other --redirect-uris http://other.example/ --json');
    assert.deepEqual([refused.status, refused.error().field], [1, 'redirectUris']);
  });

  it('registers one that uses Login with Amazon, and says where its software finds us', async () => {
    const { run, json, house } = stage;
    const uri = 'https://shop.example/callback';
    const made = await json(`client create Shop --protocol amazon --redirect-uris ${uri} --query-tokens yes`);
    const { publicUrl } = house.ground.config;
    assert.deepEqual(
      [made.protocol, made.queryTokens, made.issuer, made.authorizationUrl, made.profileUrl],
      ['amazon', true, undefined, `${publicUrl}/ap/oa`, `${publicUrl}/user/profile`],
    );
    assert.match(made.secret, /^carillon_client_/);
    assert.match((await run('client show Shop')).stdout, /Login with Amazon.*Token URL|Token URL.*Login with Amazon/s);
    assert.match((await run('client list')).stdout, /SPEAKS.*amazon/s);
    const changed = await json('client update Shop --query-tokens no --scopes profile:user_id,profile');
    assert.deepEqual([changed.queryTokens, changed.scopes], [false, ['profile', 'profile:user_id']]);
    for (const [words, field] of [
      ['client update Shop --scopes openid', 'scopes'],
      ['client update Shop --audience https://api.example/', 'audience'],
      ['client create Robot --kind service --protocol amazon', 'protocol'],
      ['client create Robot --protocol saml', 'protocol'],
      [`client create Robot --redirect-uris ${uri} --query-tokens yes`, 'queryTokens'],
    ] as const) {
      const refused = await run(`${words} --json`);
      assert.deepEqual([refused.status, refused.error().field], [1, field], words);
    }
    assert.equal((await run('client delete Shop --yes')).status, 0);
  });

  it('gives a new secret, and deletes after it has asked', async () => {
    const { run, json, house } = stage;
    const { id, secret } = await json('client create Robot --kind service');
    const rotated = await json('client rotate-secret Robot --former-good-hours 0');
    const secrets = secretsOf((await house.clients.find(id))!);
    assert.deepEqual([isSecret(secrets, secret), isSecret(secrets, rotated.secret)], [false, true]);
    const asked = await run('client delete Robot');
    assert.equal(asked.status, 4);
    assert.match(asked.stderr, /it holds 0 tokens/);
    assert.equal((await run('client delete Robot --yes')).status, 0);
    assert.equal(await house.clients.find(id), null);
  });

  it('lists, rotates and revokes signing keys', async () => {
    const { run, json, house } = stage;
    const { privateKeys } = await house.keys.current();
    const listed = (await json('signing-key list')).signingKeys;
    assert.deepEqual([listed[0].id, listed[0].state, listed[1].state], [privateKeys[0]?.kid, 'active', 'next']);
    const rotated = (await json('signing-key rotate')).signingKeys;
    assert.deepEqual([rotated[0].id, rotated[2].id], [listed[1].id, listed[0].id]);
    assert.equal((await run(`signing-key revoke ${listed[0].id}`)).status, 4);
    assert.equal((await run(`signing-key revoke ${listed[0].id} --yes`)).status, 0);
    assert.equal((await run(`signing-key revoke ${listed[0].id} --yes`)).status, 3);
    assert.equal((await house.keys.current()).jwks.keys.length, 2);
    assert.ok(!(await run('signing-key list --json')).stdout.includes('"d"'));
  });

  it('takes the keys of an application that signs', async () => {
    const file = join(testFolder(), 'keys.json');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(file, JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }));
    const made = await stage.json(`client create Signer --kind service --jwks-file ${file}`);
    assert.deepEqual([made.secret, made.authentication, made.keys], [undefined, 'key', 1]);
    assert.equal((await stage.run('client rotate-secret Signer')).status, 1);
    assert.equal((await stage.run('client create Signer --kind service --jwks-file /nowhere')).status, 2);
  });
});
