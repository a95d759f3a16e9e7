import assert from 'node:assert/strict';
import { listClients } from '../../src/auth/provider/clients/clients.ts';
import { type OidcClient, OidcClientTable } from '../../src/auth/provider/clients/client.entity.ts';
import { isSecret, secretsOf } from '../../src/auth/provider/clients/secrets.ts';
import type { Visitor } from '../support/visitor.ts';
import { newAccount } from './forms.ts';
import { type Running, signedIn, startConsole } from './support.ts';

describe('console: applications', () => {
  let running: Running;
  let browser: Visitor;
  before(async () => {
    running = await startConsole();
    browser = await signedIn(running);
    await newAccount(browser, 'Acme');
  });
  after(() => running.stop());

  const path = '/console/applications';
  const registered = async (): Promise<OidcClient | undefined> => {
    const { read } = running.house.ground.db;
    const [organisation] = await read.query<{ id: string }[]>(
      `SELECT "id" FROM "organisations" WHERE "deletedAt" IS NULL`,
    );
    return (await listClients(read, organisation!.id))[0];
  };
  const secretOn = (text: string): string => /carillon_client_[\w-]+/.exec(text)?.[0] ?? '';

  it('are registered, and the secret is shown once', async () => {
    const empty = await browser.get(path);
    assert.match(empty.text, /No application is registered yet/);
    const shown = await empty.submit(path, {
      name: 'Wiki',
      redirectUris: 'https://wiki.example/callback\r\nhttps://wiki.example/other\r\n',
    });
    assert.equal(shown.status, 200);
    const client = (await registered())!;
    assert.ok(isSecret(secretsOf(client), secretOn(shown.text)));
    assert.match(shown.text, new RegExp(client.id));
    assert.deepEqual(client.redirectUris, ['https://wiki.example/callback', 'https://wiki.example/other']);
    assert.equal(secretOn((await browser.get(`${path}/${client.id}`)).text), '');
    assert.match((await browser.get(path)).text, /Wiki Web application/);
  });

  it('show a refusal at its field, with what was typed', async () => {
    const page = await browser.get(path);
    const refused = await page.submit(path, { name: 'Other', redirectUris: 'http://other.example/' });
    assert.equal(refused.status, 400);
    assert.match(
      refused.body,
      /<textarea[^>]*name="redirectUris"[^>]*aria-invalid="true"[^>]*>\s*http:\/\/other\.example\//,
    );
    assert.match(refused.text, /it must start with https/);
  });

  it('that use Login with Amazon are registered as such, with its own scopes and addresses', async () => {
    const page = await browser.get(path);
    const typed = { name: 'Shop', protocol: 'amazon', redirectUris: 'https://shop.example/callback' };
    const refused = await page.submit(path, { ...typed, audience: 'https://api.example/' });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /This setting is for applications that use OpenID Connect/);
    assert.match(refused.body, /<option value="amazon"\s+selected/);
    const shown = await refused.submit(path, { audience: '' });
    assert.match(shown.text, /Client secret.*Authorization URL.*\/ap\/oa.*Token URL.*\/auth\/o2\/token/s);
    assert.doesNotMatch(shown.text, /Issuer/);
    const { read } = running.house.ground.db;
    const client = (await read.findOneBy(OidcClientTable, { name: 'Shop' }))!;
    assert.deepEqual([client.protocol, client.queryTokens], ['amazon', false]);
    assert.deepEqual(client.scopes, ['profile', 'profile:user_id', 'postal_code']);
    const own = `${path}/${client.id}`;
    const form = await browser.get(own);
    assert.doesNotMatch(form.body, /name="(audience|resource|accessTokenFormat|postLogoutRedirectUris)"/);
    const saved = await form.submit(own, { queryTokens: 'yes', scopes: 'profile' });
    assert.match(saved.text, /The application was saved/);
    const after = (await read.findOneBy(OidcClientTable, { id: client.id }))!;
    assert.deepEqual([after.protocol, after.queryTokens, after.scopes], ['amazon', true, ['profile']]);
    const wrong = await (await browser.get(own)).submit(own, { scopes: 'profile email' });
    assert.match(wrong.text, /one or more of profile, profile:user_id, postal_code/);
    assert.match((await browser.get(path)).text, /Shop Web application, on a server Login with Amazon/);
    await (await browser.get(`${own}/delete`)).submit(`${own}/delete`, {});
  });

  it('are changed, given a new secret, and deleted after the page has said what ends', async () => {
    const client = (await registered())!;
    const own = `${path}/${client.id}`;
    const saved = await (await browser.get(own)).submit(own, { name: 'Lexicon', firstParty: 'yes' });
    assert.match(saved.text, /The application was saved/);
    assert.deepEqual([(await registered())?.name, (await registered())?.firstParty], ['Lexicon', true]);
    assert.deepEqual((await registered())?.redirectUris, client.redirectUris);
    const rotated = await (await browser.get(`${own}/secret`)).submit(`${own}/secret`, { hours: '0' });
    const now = (await registered())!;
    assert.ok(isSecret(secretsOf(now), secretOn(rotated.text)));
    assert.equal(secretsOf(now).length, 1);
    const asks = await browser.get(`${own}/delete`);
    assert.match(asks.text, /0 people are signed in to it now, and it holds 0 tokens/);
    const gone = await asks.submit(`${own}/delete`, {});
    assert.match(gone.text, /The application was deleted/);
    assert.equal(await registered(), undefined);
    assert.equal((await browser.get(own)).status, 404);
    const names = (await running.changes()).map(({ eventName }) => eventName);
    assert.deepEqual(names.slice(-4), ['DeleteClient', 'UpdateClient', 'RotateClientSecret', 'DeleteClient']);
  });
});
