import assert from 'node:assert/strict';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import type { Visitor } from '../support/visitor.ts';
import { connected, newAccount, personIn, pushed, verifiedDomain } from './forms.ts';
import { type Running, signedIn, startConsole } from './support.ts';

describe('console: consequences', () => {
  let running: Running;
  let browser: Visitor;
  let base: string;
  beforeEach(async () => {
    running = await startConsole();
    browser = await signedIn(running);
    base = await newAccount(browser, 'Acme');
  });
  afterEach(() => running.stop());

  const accountId = () => base.split('/').at(-1) ?? '';

  it('deletes single sign-on settings after saying who stays, then the domain, then the account by its name', async () => {
    const domainId = await verifiedDomain(running, browser, base, 'acme.example');
    const scope = await connected(running, browser, base);
    const { users } = await pushed(running, scope, { 'paula@acme.example': ['Pros'], 'nora@acme.example': [] });
    await (await browser.get(`${base}/groups`)).submit(`${base}/groups`, { groupName: 'Pros', tier: 'Pro' });
    const token = await personIn(running, base, users[0]!);
    const isIn = async () => (await running.house.sessions.check(token, 'user')).in;

    let page = await browser.get(`${base}/delete`);
    assert.match(page.text, /Before this account can be deleted: .*Remove acme\.example/);
    assert.doesNotMatch(page.body, /name="confirmation"/);

    assert.match((await browser.get(`${base}/connection`)).body, /\/connection\/delete"/);
    page = await browser.get(`${base}/connection/delete`);
    assert.match(page.text, /1 person keeps their permission tier/);
    assert.match(page.text, /1 person who has no access at the moment is Suspended/);
    page = await page.submit(`${base}/connection/delete`);
    assert.match(page.text, /settings were deleted/);
    assert.equal(await isIn(), true);
    assert.equal((await browser.get(`${base}/connection/delete`)).status, 404);
    assert.match((await browser.get(`${base}/people`)).text, /nora@acme\.example Suspended/);

    page = await browser.get(`${base}/domains/${domainId}/remove`);
    assert.match(page.text, /puts out 1 person/);
    assert.match(page.text, /2 people have .* Released for good.* 1 stays Suspended/);
    assert.match(page.text, /becomes a team account/);
    await page.submit(`${base}/domains/${domainId}/remove`);
    assert.equal(await isIn(), false);
    assert.match((await browser.get(`${base}/people`)).text, /paula@acme\.example Released No access/);

    page = await browser.get(`${base}/delete`);
    assert.match(page.text, /with 2 people: nobody of it is in/);
    assert.match(page.text, /for 30 days, then erased/);
    page = await page.submit(`${base}/delete`, { confirmation: 'acme' });
    assert.equal(page.status, 400);
    assert.match(page.body, /id="confirmation-fault"/);
    page = await page.submit(`${base}/delete`, { confirmation: 'Acme' });
    assert.match(page.text, /The account was deleted\./);
    assert.match(page.text, /Deleted accounts .* Acme/);
    assert.equal((await browser.get(base)).status, 404);
    const names = (await running.changes()).map(({ eventName, errorCode }) =>
      errorCode ? `(${eventName})` : eventName,
    );
    assert.deepEqual(names.slice(-4), [
      'DeleteAccountOpenIdConfig',
      'DeleteDomain',
      '(DeleteAccount)',
      'DeleteAccount',
    ]);
  });

  it('removes a person of a team account, and no other', async () => {
    const { ground } = running.house;
    const organisationId = (
      await running.house.ground.db.read.query(`SELECT "organisationId" FROM "accounts" WHERE "name" <> 'No account'`)
    )[0].organisationId as string;
    const scope = { organisationId, accountId: accountId() };
    const ruth = await ground.db.write((m) => registerPerson(ground, m, scope, { address: 'ruth@any.example' }));
    assert.match((await browser.get(`${base}/delete`)).text, /Remove or suspend 1 person/);
    const path = `${base}/people/${ruth.id}`;
    assert.match((await browser.get(path)).body, new RegExp(`${path}/remove`));
    const page = await (await browser.get(`${path}/remove`)).submit(`${path}/remove`);
    assert.match(page.text, /The person was removed/);
    assert.equal((await browser.get(path)).status, 404);

    await verifiedDomain(running, browser, base, 'acme.example');
    const sam = await ground.db.write((m) => registerPerson(ground, m, scope, { address: 'sam@acme.example' }));
    const theirs = `${base}/people/${sam.id}`;
    const shown = await browser.get(theirs);
    assert.ok(!shown.body.includes(`${theirs}/remove`));
    const refused = await (await browser.get(`${theirs}/remove`)).submit(`${theirs}/remove`);
    assert.equal(refused.status, 422);
  });
});
