import assert from 'node:assert/strict';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import type { Visitor } from '../support/visitor.ts';
import { connected, newAccount, verifiedDomain } from './forms.ts';
import { type Running, signedIn, startConsole } from './support.ts';

describeOnEachEngine('console: what a directory sent', function () {
  this.timeout(60_000);
  let running: Running;
  let browser: Visitor;
  let requests: string;
  let send: (method: string, path: string, body?: object) => Promise<Response>;
  before(async () => {
    running = await startConsole();
    browser = await signedIn(running);
    const base = await newAccount(browser, 'Acme');
    requests = `${base}/connection/requests`;
    await verifiedDomain(running, browser, base, 'acme.example');
    const scope = await connected(running, browser, base);
    const { token } = await createScimKey(running.house.ground, scope, { name: 'Okta' });
    send = async (method, path, body) => {
      const reply = await fetch(`${running.url}/scim/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      await running.house.inspector.flush();
      return reply;
    };
  });
  after(() => running.stop());
  const user = (name: string, rest: object = {}) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: `${name}@acme.example`,
    ...rest,
  });

  it('is found, filtered, opened, and replayed after its effect was shown', async () => {
    assert.match((await browser.get(requests)).text, /has sent nothing yet/);
    const { id } = (await (await send('POST', '/Users', user('bob', { displayName: 'Bob <b>' }))).json()) as {
      id: string;
    };
    await send('POST', '/Users', user('bob'));
    await send('PUT', `/Users/${id}`, user('bob', { displayName: 'Robert' }));
    const list = await browser.get((await browser.get(requests.replace('/requests', ''))).link('/requests'));
    for (const seen of ['PUT /Users/', '409 uniqueness', 'Created', '1 attribute', 'bob@acme.example'])
      assert.ok(list.text.includes(seen), seen);
    const refused = await browser.get(`${requests}?outcome=failed&who=bob`);
    assert.ok(refused.text.includes('409') && !refused.text.includes('PUT /Users/'));
    assert.match((await browser.get(`${requests}?who=nobody`)).text, /No kept request matches/);
    const path = /href="([^"]+\/requests\/[\w-]{36})"[^>]*>PUT/.exec(list.body)![1]!;
    const detail = await browser.get(path);
    assert.match(detail.text, /Display name Bob <b> Robert/);
    await send('PUT', `/Users/${id}`, user('bob', { displayName: 'Bobby' }));
    const shown = await browser.get(`${path}/replay`);
    assert.match(shown.text, /It was changed after this request[\s\S]*Display name Bobby Robert/);
    const done = await shown.submit(`${path}/replay`);
    assert.match(done.text, /was done again/);
    const reply = (await (await send('GET', `/Users/${id}`)).json()) as { displayName: string };
    assert.equal(reply.displayName, 'Robert');
    const late = await shown.submit(`${path}/replay`);
    assert.equal(late.status, 409);
    assert.match(late.text, /no longer what was shown[\s\S]*would change nothing/);
    const failed = /href="([^"]+\/requests\/[\w-]{36})"[^>]*>POST/.exec(refused.body)![1]!;
    const refusal = await browser.get(`${failed}/replay`);
    assert.match(refusal.text, /would be refused now[\s\S]*409/);
    assert.ok(!refusal.body.includes('name="effect"'), 'there is nothing to confirm');
  });

  it('shows the beginning of a long address in the list, and all of it on its own page', async () => {
    const wanted = 'x'.repeat(1_000);
    await send('GET', `/Users?filter=${encodeURIComponent(`nothing eq "${wanted}"`)}`);
    const list = await browser.get(`${requests}?outcome=failed&method=GET`);
    assert.match(list.text, /GET \/Users\?filter=nothing eq "x{100,160}…/);
    assert.ok(!list.body.includes('x'.repeat(200)));
    const path = /href="([^"]+\/requests\/[\w-]{36})"[^>]*>GET/.exec(list.body)![1]!;
    assert.ok((await browser.get(path)).body.includes(wanted));
  });

  it('asks who it is before a replay, as before other dangerous acts', async () => {
    const list = await browser.get(requests);
    const path = /href="([^"]+\/requests\/[\w-]{36})"[^>]*>PUT/.exec(list.body)![1]!;
    const shown = await browser.get(`${path}/replay`);
    clock.advance(11 * 60_000);
    assert.match((await browser.get(`${path}/replay`)).path, /\/console\/confirm/);
    assert.match(
      (await browser.followHere(await browser.post(`${path}/replay`, { csrf: shown.csrf, effect: 'x' }))).path,
      /\/console\/confirm/,
    );
  });
});
