import assert from 'node:assert/strict';
import { mapGroup } from '../../src/directory/groups/mappings.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { suspendUser } from '../../src/users/lifecycle/administer.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import type { Visitor } from '../support/visitor.ts';
import { connected, newAccount, pushed, verifiedDomain } from './forms.ts';
import { type Running, signedIn, startConsole } from './support.ts';

const day = 24 * 60 * 60 * 1000;

describeOnEachEngine('console: what a directory did', () => {
  let running: Running;
  let browser: Visitor;
  let base: string;
  beforeEach(async () => {
    running = await startConsole();
    browser = await signedIn(running);
    base = await newAccount(browser, 'Acme');
    await verifiedDomain(running, browser, base, 'acme.example');
  });
  afterEach(() => running.stop());

  it('replaces an access key without a gap, and warns before one ends', async () => {
    await connected(running, browser, base);
    const path = `${base}/connection`;
    const tokenOn = (body: string): string => /carillon_scim_[\w-]+/.exec(body)?.[0] ?? '';
    const push = async (token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${running.url}/scim/v2/Users?count=0`, { headers })).status;
    };
    const wrong = await (await browser.get(path)).submit(`${path}/keys`, { keyName: 'Okta', keyExpires: '2001-01-01' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /The end of an access key is a day to come/);
    assert.deepEqual(wrong.fields(`${path}/keys`)['keyName'], 'Okta', 'what was typed is kept');
    const ends = new Date(clock.now() + 60 * day).toISOString().slice(0, 10);
    const first = tokenOn((await wrong.submit(`${path}/keys`, { keyExpires: ends })).body);
    let page = await browser.get(path);
    assert.doesNotMatch(page.text, /Ends soon/);
    const rotate = page.link('/rotate');
    const refused = await (await browser.get(rotate)).submit(rotate, { overlap: '9999' });
    assert.match(refused.text, /0 to 2160 hours/);
    const made = await (await browser.get(rotate)).submit(rotate, { overlap: '24' });
    assert.match(made.text, /The key that Okta had until now is taken until \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    const second = tokenOn(made.body);
    assert.deepEqual([await push(first), await push(second)], [200, 200]);
    page = await browser.get(path);
    assert.match(page.text, /Okta ends within 30 days/);
    clock.advance(day + 1000);
    assert.deepEqual([await push(first), await push(second)], [401, 200]);
  });

  it('tells on a person’s page by which ways they come in, or what keeps them out', async () => {
    const scope = await connected(running, browser, base);
    const { users } = await pushed(running, scope, { 'paula@acme.example': ['Pros'], 'eve@acme.example': ['Others'] });
    const { ground } = running.house;
    await mapGroup(ground, scope, { groupName: 'Pros', tier: 'Pro' });
    const [paula, eve] = users;
    const good = await browser.get(`${base}/people/${paula!.id}`);
    assert.match(good.text, /Why Pros → Pro Nothing keeps them out/);
    const bad = await browser.get(`${base}/people/${eve!.id}`);
    assert.match(bad.text, /Others → no permission tier/);
    assert.match(bad.text, /None of the 1 group that hold them has a permission tier/);
    assert.match(bad.text, /adds them to a group that has a tier: Pros; or .*Others/);
    await suspendUser(ground, scope, paula!.id, 'root');
    const held = await browser.get(`${base}/people/${paula!.id}`);
    assert.match(held.text, /An administrator has suspended them\. \d{4}-\d\d-\d\d .* root Only an administrator/);
  });

  it('shows who is ready and who is not, with a page of each list', async () => {
    const path = `${base}/connection/readiness`;
    assert.equal((await browser.get(path)).status, 404);
    const scope = await connected(running, browser, base);
    const people = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`p${i}@acme.example`, i < 5 ? ['Pros'] : []]),
    );
    await pushed(running, scope, people);
    await mapGroup(running.house.ground, scope, { groupName: 'Pros', tier: 'Pro' });
    const page = await browser.get((await browser.get(`${base}/connection`)).link('/readiness'));
    assert.match(page.text, /People whom the directory pushes 60 .*In no group with a tier 55 .*Never signed in 5 /);
    const list = await browser.get(page.link('list=noGroup'));
    assert.equal([...list.body.matchAll(/\/people\/[\w-]+"/g)].length, 50);
    const rest = await browser.get(/href="([^"]*after=[^"]*)"/.exec(list.body)![1]!.replaceAll('&amp;', '&'));
    assert.equal([...rest.body.matchAll(/\/people\/[\w-]+"/g)].length, 5);
    assert.match((await browser.get(`${path}?list=unknownMember`)).text, /Nobody is in this list/);
    assert.match((await browser.get(`${path}?list=nonsense`)).title, /Readiness/);
  });
});
