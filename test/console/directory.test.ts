import assert from 'node:assert/strict';
import { listDirectories } from '../../src/directory/ldap/directories.ts';
import { isSambaHere, needSamba, type Samba } from '../support/samba.ts';
import { isSlapdHere, needSlapd, type Slapd } from '../support/slapd.ts';
import type { Visitor } from '../support/visitor.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import { connected, newAccount, verifiedDomain } from './forms.ts';
import { type Running, signedIn, startConsole } from './support.ts';

(isSambaHere() && isSlapdHere() ? describe : describe.skip)('console: Active Directory', () => {
  let samba: Samba;
  let slapd: Slapd;
  let running: Running;
  let browser: Visitor;
  let base: string;
  before(async function () {
    samba = await needSamba(this);
    slapd = await needSlapd(this);
  });
  beforeEach(async () => {
    running = await startConsole({ outboundPrivateHosts: [samba.host, slapd.host, '127.0.0.1'] });
    browser = await signedIn(running);
    base = await newAccount(browser, 'Acme');
  });
  afterEach(() => running.stop());

  const accountId = () => base.split('/').at(-1) ?? '';
  const typed = (more = {}) => ({
    name: '',
    servers: `${samba.url}\r\n${samba.startTlsUrl}`,
    bindName: samba.bindName,
    bindPassword: samba.bindPassword,
    ca: samba.ca,
    ...more,
  });
  const authorise = async (more = {}) => {
    const page = await browser.get(`${base}/directory/new`);
    return page.submit(`${base}/directory/new`, typed(more));
  };

  it('leads through the guide’s procedure: authorise, test, connect, add groups, disconnect, remove', async () => {
    assert.match((await browser.get(`${base}/directory`)).text, /needs an enterprise account\. Claim and verify/);
    await verifiedDomain(running, browser, base, 'example.test');
    assert.match((await browser.get(`${base}/directory`)).text, /No directory is authorised yet/);

    let page = await authorise();
    assert.match(page.text, /was tried and saved.*Nothing has changed for anybody/);
    assert.equal(page.title, 'corp.example.test');
    assert.match(page.text, /Authorised Kind Active Directory \(Samba\) Base DN DC=corp,DC=example,DC=test/);
    assert.equal(page.body.includes(samba.bindPassword), false);
    const at = page.path.replace(/\?.*/, '');

    page = await page.submit(`${at}/test`);
    assert.match(
      page.text,
      /Test of corp\.example\.test ldaps:\/\/\S+ OK Test of \S+ Step Result Time What was seen Name OK/,
    );
    assert.match(page.text, /StartTLS OK \d+(\.\d)? ms The server goes on with TLS/);
    assert.match(page.text, /A group OK \d+(\.\d)? ms For example .* direct members/);

    page = await browser.get(`${at}/connect`);
    assert.match(page.text, /Nobody may sign in to this account at the moment, so nobody loses access/);
    page = await page.submit(`${at}/connect`);
    assert.equal(page.title, 'Groups');
    assert.match(
      page.text,
      /directory is connected\. Now add the groups.*No group was added yet, so nobody may sign in/,
    );
    assert.match((await browser.get(base)).text, /Enterprise, with Active Directory/);

    page = await page.submit(`${base}/groups`, { groupName: 'No such group', tier: 'Pro' });
    assert.equal(page.status, 404);
    assert.match(page.text, /The group No such group is not found in the directory\. The name must match exactly/);
    page = await (
      await browser.get(`${base}/groups`)
    ).submit(`${base}/groups`, { groupName: 'Chime-Pro', tier: 'Pro' });
    page = await page.submit(`${base}/groups`, { groupName: 'Chime-Basic', tier: 'Basic' });
    assert.match(page.text, /Groups of corp\.example\.test.*Chime-Basic \d+.*Chime-Pro \d+/);

    page = await browser.get(`${at}/remove`);
    assert.equal(page.status, 409);
    assert.match(page.text, /is connected\. Disconnect it first/);
    page = await browser.get(`${at}/disconnect`);
    assert.match(page.text, /Nobody signs in with a directory password any more/);
    assert.match(page.text, /\d+ groups of the directory and 2 permission tiers of groups are deleted/);
    page = await page.submit(`${at}/disconnect`);
    assert.match(page.text, /is disconnected\. Nobody was put out by that/);
    assert.match((await browser.get(base)).text, /Type Enterprise People/);
    page = await (await browser.get(`${at}/remove`)).submit(`${at}/remove`);
    assert.match(page.text, /directory was removed.*No directory is authorised yet/);
    assert.equal((await browser.get(at)).status, 404);
    // The server follows meanwhile, which leaves records of its own.
    const ours = (await running.changes()).filter(({ eventName }) => !eventName.startsWith('Sync'));
    const names = ours.map(({ eventName, errorCode }) => `${eventName}${errorCode ? '!' : ''}`);
    assert.deepEqual(names.slice(names.indexOf('AuthorizeDirectory')), [
      'AuthorizeDirectory',
      'ConnectDirectory',
      'AddOrUpdateGroups!',
      'AddOrUpdateGroups',
      'AddOrUpdateGroups',
      'DisconnectDirectory',
      'UnauthorizeDirectory',
    ]);
  });

  it('shows a refusal at its field, with what was typed but the password', async () => {
    await verifiedDomain(running, browser, base, 'example.test');
    for (const [more, field, text] of [
      [{ ca: slapd.ca }, 'ca', /authority that is not trusted here\. Paste the certificate of your authority/],
      [{ servers: 'ldaps://10.1.2.3' }, 'servers', /private address.*OUTBOUND_PRIVATE_HOSTS/],
      [{ servers: `ldaps://${samba.host}:1` }, 'servers', /Nothing listens there\. Check the port/],
      [{ servers: 'dc1.example.com' }, 'servers', /dc1\.example\.com is no address of a directory server/],
      [{ bindPassword: 'not the password' }, 'bindPassword', /does not accept the service account/],
      [{ baseDn: 'DC=elsewhere' }, 'baseDn', /no entry at the base DN/],
    ] as const) {
      const page = await authorise(more);
      assert.equal(page.status, 400, field);
      assert.match(page.text, text);
      assert.match(page.body, new RegExp(`id="${field}-fault"`));
      assert.match(page.body, new RegExp(samba.bindName));
      assert.equal(page.body.includes('not the password') || page.body.includes(samba.bindPassword), false);
    }
    assert.deepEqual(
      await listDirectories(running.house.ground.db.read, { organisationId: '', accountId: accountId() }),
      [],
    );
  });

  it('asks for the password again when a server changes, and keeps it otherwise', async () => {
    await verifiedDomain(running, browser, base, 'example.test');
    const at = (await authorise()).path.replace(/\?.*/, '');
    const settings = { ...typed(), bindPassword: '' };
    let page = await (await browser.get(at)).submit(at, { ...settings, name: 'Head office', servers: samba.url });
    assert.match(page.text, /settings were tried and saved/);
    assert.equal(page.title, 'Head office');
    page = await (await browser.get(at)).submit(at, { ...settings, servers: 'ldaps://dc9.example.com' });
    assert.match(page.text, /Enter the password of the service account\. It is kept only while/);
    assert.match(page.body, /ldaps:\/\/dc9\.example\.com/);
  });

  it('an account has one source of tiers, and says how many would lose access by connecting', async () => {
    await verifiedDomain(running, browser, base, 'example.test');
    const at = (await authorise()).path.replace(/\?.*/, '');
    const { organisationId } = await connected(running, browser, base);
    assert.match(
      (await browser.get(`${base}/directory`)).text,
      /tiers from single sign-on\. It can have one source at a time/,
    );
    assert.equal((await browser.get(`${at}/connect`)).status, 409);
    await (await browser.get(`${base}/connection/delete`)).submit(`${base}/connection/delete`);
    const { ground } = running.house;
    const scope = { organisationId, accountId: accountId() };
    await ground.db.write((m) => registerPerson(ground, m, scope, { address: 'paula@example.test' }));
    const page = await browser.get(`${at}/connect`);
    assert.match(
      page.text,
      /1 person who may be in at the moment, by a tier that was assigned by hand, lose access at once/,
    );
    await page.submit(`${at}/connect`);
    const refused = await browser.get(`${base}/connection`);
    const typedOpenId = { issuer: running.issuer, clientId: 'x', clientSecret: 'y', redirect: 'own' };
    const answer = await refused.submit(`${base}/connection`, typedOpenId);
    assert.match(answer.text, /one source at a time: disconnect that one first/);
  });

  it('another organisation’s directory is not there', async () => {
    await verifiedDomain(running, browser, base, 'example.test');
    const at = (await authorise()).path.replace(/\?.*/, '');
    const other = await newAccount(browser, 'Other');
    const id = at.split('/').at(-1);
    for (const end of ['', '/connect', '/disconnect', '/remove']) {
      assert.equal((await browser.get(`${other}/directory/${id}${end}`)).status, 404, end);
    }
  });
});
