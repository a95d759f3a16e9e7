import assert from 'node:assert/strict';
import { deleteGroup } from '../../src/directory/groups/groups.ts';
import { deletePerson } from '../../src/users/lifecycle/people.ts';
import { ReceiptTable } from '../../src/users/lifecycle/receipt.entity.ts';
import type { Visitor } from '../support/visitor.ts';
import { connected, connectionIn, newAccount, personIn, pushed, verifiedDomain } from './forms.ts';
import { type Running, signedIn, startConsole } from './support.ts';
import { until } from '../support/until.ts';
import { describeOnEachEngine } from '../support/engines.ts';

describeOnEachEngine('console: the main job', () => {
  let running: Running;
  let browser: Visitor;
  let base: string;
  beforeEach(async () => {
    running = await startConsole();
    browser = await signedIn(running);
    base = await newAccount(browser, 'Acme');
  });
  afterEach(() => running.stop());

  /** Runs `work` and gives the names of the records of change that it left. */
  async function recorded(work: () => Promise<unknown>): Promise<string[]> {
    const before = (await running.changes()).length;
    await work();
    return (await running.changes())
      .slice(before)
      .map(({ eventName, errorCode }) => (errorCode ? `${eventName}: ${errorCode}` : eventName));
  }

  it('is done by forms alone, each leaving one record', async () => {
    assert.match((await browser.get(base)).text, /Claim a domain To do/);
    const { dns } = running;
    let page = await browser.get(`${base}/domains`);
    assert.match(page.text, /No domain is claimed yet/);
    assert.deepEqual(await recorded(() => page.submit(`${base}/domains`, { domain: 'ACME.example.' })), ['AddDomain']);
    page = await browser.get(`${base}/domains`);
    assert.match(page.text, /acme\.example Pending verification/);
    const [, name = '', value = ''] = /copy">([^<]+)<[\s\S]*?copy">([^<]+)</.exec(page.body) ?? [];
    const verify = /action="([^"]*\/verify)"/.exec(page.body)?.[1] ?? '';
    assert.deepEqual(
      await recorded(async () => {
        page = await page.submit(verify);
      }),
      ['VerifyDomain'],
    );
    assert.match(page.text, /The record is not there/);
    assert.match(page.text, /Server of the zone No TXT record/);
    dns.set(name, [value]);
    page = await page.submit(verify);
    assert.match(page.text, /acme\.example is verified/);
    assert.match(page.text, /acme\.example Verified/);

    page = await browser.get(`${base}/connection`);
    const typed = { issuer: running.issuer, clientId: '0oa1', clientSecret: 'never to be seen' };
    assert.deepEqual(
      await recorded(async () => {
        page = await page.submit(`${base}/connection`, typed);
      }),
      ['UpdateAccountOpenIdConfig'],
    );
    const { id } = await connectionIn(running, base);
    for (const address of [`/auth/okta/callback/${id}`, `/auth/okta/${id}`, '/scim/v2']) {
      assert.ok(page.body.includes(`>${running.url}${address}<`), address);
    }
    assert.ok(!page.body.includes(typed.clientSecret));
    assert.deepEqual(
      await recorded(async () => {
        page = await page.submit(`${base}/connection/keys`, { keyName: 'Okta' });
      }),
      ['CreateApiKey'],
    );
    const key = /carillon_scim_[\w-]+/.exec(page.body)?.[0] ?? '';
    assert.match(page.text, /shown only this once/);
    assert.match(page.path, /\/connection\/keys$/);
    page = await browser.get(`${base}/connection`);
    assert.ok(key.length > 40 && !page.body.includes(key));

    const connection = await connectionIn(running, base);
    const scope = { organisationId: connection.organisationId, accountId: connection.accountId, connectionId: id };
    page = await browser.get(`${base}/groups`);
    assert.match(page.text, /No group was pushed yet/);
    page = await page.submit(`${base}/groups`, { groupName: 'Pros', tier: 'Pro' });
    assert.equal(page.status, 404);
    assert.match(page.text, /might not have completed the sync/);
    assert.match(page.body, /id="groupName-fault"/);
    const { users } = await pushed(running, scope, { 'paula@acme.example': ['Pros'], 'nora@acme.example': ['Others'] });
    assert.deepEqual(
      await recorded(async () => {
        page = await page.submit(`${base}/groups`, { groupName: 'Pros', tier: 'Pro' });
      }),
      ['AddOrUpdateGroups'],
    );
    assert.match(page.text, /has its permission tier/);

    page = await browser.get(`${base}/people`);
    assert.match(page.text, /paula@acme\.example Unregistered Pro In the Pro group Pros Never/);
    assert.match(page.text, /nora@acme\.example Unregistered No access In no group that has a permission tier/);
    await personIn(running, base, users[0]!);
    page = await browser.get(`${base}/people?search=PAULA`);
    assert.match(page.text, /paula@acme\.example Registered Pro/);
    assert.doesNotMatch(page.text, /nora/);
    assert.match((await browser.get(base)).text, /Everything is set up/);
  });

  it('asks before it puts people out, and says how many', async () => {
    const domainId = await verifiedDomain(running, browser, base, 'acme.example');
    const scope = await connected(running, browser, base);
    const { users } = await pushed(running, scope, {
      'paula@acme.example': ['Pros'],
      'both@acme.example': ['Pros', 'Basics'],
      'bruno@acme.example': ['Basics'],
    });
    for (const [groupName, tier] of [
      ['Pros', 'Pro'],
      ['Basics', 'Basic'],
    ] as const) {
      await (await browser.get(`${base}/groups`)).submit(`${base}/groups`, { groupName, tier });
    }
    const token = await personIn(running, base, users[0]!);
    const isIn = async () => (await running.house.sessions.check(token, 'user')).in;
    const mapping =
      /action="([^"]*\/groups\/[^"]+)"[\s\S]*?Permission tier of Pros/.exec(
        (await browser.get(`${base}/groups`)).body.split('<th scope="row">Pros')[1] ?? '',
      )?.[1] ?? '';
    const list = await browser.get(`${base}/groups`);
    let confirm = list;
    assert.deepEqual(
      await recorded(async () => {
        confirm = await list.submit(mapping, { tier: 'none' });
      }),
      [],
    );
    assert.equal(confirm.title, 'No access for Pros?');
    assert.match(confirm.text, /puts out 1 person .* 1 of them has signed in lately/);
    assert.ok(await isIn());
    assert.deepEqual(await recorded(() => confirm.submit(`${mapping}/remove`)), ['DeleteGroups']);
    assert.equal(await isIn(), false);

    confirm = await browser.get(`${base}/domains/${domainId}/remove`);
    assert.equal(confirm.title, 'Remove acme.example?');
    assert.match(confirm.text, /puts out 2 people.* 3 people have a primary address .* profiles are deleted/);
    assert.match(confirm.text, /It is the last domain: the single sign-on settings stay/);
    assert.deepEqual(await recorded(() => confirm.submit(`${base}/domains/${domainId}/remove`)), ['DeleteDomain']);
    assert.match((await browser.get(`${base}/people`)).text, /Nobody is here yet/);
  });

  it('suspends, activates, signs out and unlinks a person, with receipts', async () => {
    await verifiedDomain(running, browser, base, 'acme.example');
    const scope = await connected(running, browser, base);
    const { users } = await pushed(running, scope, { 'paula@acme.example': ['Pros'] });
    await (await browser.get(`${base}/groups`)).submit(`${base}/groups`, { groupName: 'Pros', tier: 'Pro' });
    const user = users[0]!;
    const path = `${base}/people/${user.id}`;
    const receipts = (count: number) =>
      until(async () => (await running.house.ground.db.read.count(ReceiptTable)) === count);

    await personIn(running, base, user);
    let page = await browser.get(path);
    assert.equal(page.title, 'paula');
    assert.match(page.text, new RegExp(`${running.issuer} 00u-paula`));
    assert.deepEqual(
      await recorded(async () => {
        page = await page.submit(`${path}/sign-out`);
      }),
      ['LogoutUser'],
    );
    assert.match(page.text, /Not signed in anywhere/);
    await receipts(1);
    assert.match(
      (await browser.get(`${base}/receipts`)).text,
      /paula@acme\.example Signed out by an administrator .* 1 0 \d+ ms/,
    );

    const unlink = /action="([^"]*\/unlink)"/.exec(page.body)?.[1] ?? '';
    assert.deepEqual(
      await recorded(async () => {
        page = await page.submit(unlink);
      }),
      ['UnlinkIdentity'],
    );
    assert.match(page.text, /Not joined to a subject/);

    const confirm = await browser.get(`${path}/suspend`);
    assert.deepEqual(
      await recorded(async () => {
        page = await confirm.submit(`${path}/suspend`);
      }),
      ['SuspendUsers'],
    );
    assert.match(page.text, /Registration Suspended/);
    assert.match(page.text, /Suspended by an administrator [\d-]+ [\d:]+ UTC ada/);
    assert.deepEqual(
      await recorded(async () => {
        page = await page.submit(`${path}/activate`);
      }),
      ['ActivateUsers'],
    );
    assert.match(page.text, /Registration Registered/);
    await receipts(3);
  });

  it('shows a mapping that waits for its group, and a receipt of somebody deleted', async () => {
    await verifiedDomain(running, browser, base, 'acme.example');
    const scope = await connected(running, browser, base);
    const { users, groups } = await pushed(running, scope, { 'paula@acme.example': ['Pros'] });
    await (await browser.get(`${base}/groups`)).submit(`${base}/groups`, { groupName: 'Pros', tier: 'Pro' });
    await personIn(running, base, users[0]!);
    const { ground } = running.house;
    await ground.db.write(async (m) => {
      await deletePerson(ground, m, users[0]!);
      await deleteGroup(ground, m, scope, groups[0]!);
    });
    const page = await browser.get(`${base}/groups`);
    assert.match(page.text, /Pros – Pro Waiting for the group/);
    const confirm = await browser.get(page.link('/remove'));
    assert.match(confirm.text, /Nobody loses access/);
    assert.deepEqual(await recorded(() => confirm.submit(confirm.path)), ['DeleteGroups']);
    await until(async () => (await ground.db.read.count(ReceiptTable)) > 0);
    const receipts = await browser.get(`${base}/receipts`);
    assert.match(receipts.text, /paula@acme\.example Deleted by the directory/);
    assert.ok(!receipts.body.includes(users[0]!.id));
    assert.equal((await browser.get(`${base}/people/${users[0]!.id}`)).status, 404);
  });

  it('revokes a key only after it has asked', async () => {
    await verifiedDomain(running, browser, base, 'acme.example');
    await connected(running, browser, base);
    await (await browser.get(`${base}/connection`)).submit(`${base}/connection/keys`, { keyName: 'Old' });
    const page = await browser.get((await browser.get(`${base}/connection`)).link('/revoke'));
    assert.equal(page.title, 'Revoke Old?');
    assert.deepEqual(await recorded(() => page.submit(page.path)), ['DeleteApiKey']);
    assert.match((await browser.get(`${base}/connection`)).text, /There is no access key yet/);
    assert.equal((await browser.get(page.path)).status, 404);
  });

  it('shows a bad connection at its field, keeps what was typed, and stores nothing', async () => {
    const early = await browser.get(`${base}/connection`);
    assert.match(early.text, /needs an enterprise account/);
    await verifiedDomain(running, browser, base, 'acme.example');
    const page = await browser.get(`${base}/connection`);
    const good = { issuer: running.issuer, clientId: '0oa1', clientSecret: 'never to be seen', redirect: 'own' };
    const cases: [Partial<typeof good>, string, RegExp][] = [
      [{ issuer: 'not an address' }, 'issuer', /must be an https address/],
      [{ issuer: `${running.issuer}/elsewhere` }, 'issuer', /discovery document could not be read/],
      [{ issuer: 'https://10.0.0.1' }, 'issuer', /must start with https:\/\/ and lead to a public server/],
      [{ clientId: '' }, 'clientId', /printable/],
      [{ clientSecret: '' }, 'clientSecret', /client secret is needed/],
      [{ redirect: 'mine' }, 'redirect', /redirect URI/],
    ];
    for (const [typed, field, says] of cases) {
      const answer = await page.submit(`${base}/connection`, { ...good, ...typed });
      assert.equal(answer.status, 400, field);
      assert.match(answer.text, says);
      assert.match(answer.body, new RegExp(`id="${field}-fault"`));
      assert.equal(answer.fields(`${base}/connection`)['issuer'], typed.issuer ?? good.issuer);
      assert.ok(!answer.body.includes(good.clientSecret));
    }
    assert.match((await browser.get(`${base}/connection`)).text, /Save the OpenID Connect settings first/);
  });

  it('shows the trail as a table and as JSON', async () => {
    await running.house.ground.trail.flush();
    const page = await browser.get('/console/trail?eventName=CreateAccount');
    assert.match(page.text, /CreateAccount ada Acme 127\.0\.0\.1 Done/);
    const json = JSON.parse((await browser.get('/console/trail.json?eventName=CreateAccount')).body) as {
      Records: Record<string, unknown>[];
    };
    assert.equal(json.Records.length, 1);
    assert.equal(json.Records[0]?.['eventName'], 'CreateAccount');
    assert.doesNotMatch((await browser.get('/console/trail?kind=changes')).text, /ListAccounts/);
  });
});
