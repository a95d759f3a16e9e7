import assert from 'node:assert/strict';
import { clock } from '../../src/platform/clock/clock.ts';
import { nobodys } from '../../src/accounts/accounts/nobodys.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { InvitationTable } from '../../src/users/invitations/invitation.entity.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import { DepartureTable } from '../../src/users/lifecycle/departure.entity.ts';
import { type User, UserTable } from '../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import type { Visitor } from '../support/visitor.ts';
import { connected, newAccount, pushed, verifiedDomain } from './forms.ts';
import { organisationOf, type Running, signedIn, signIn, startConsole } from './support.ts';

describeOnEachEngine('console: people of own accounts', () => {
  let running: Running;
  let browser: Visitor;
  let base: string;
  beforeEach(async () => {
    running = await startConsole();
    browser = await signedIn(running);
    base = await newAccount(browser, 'Acme');
  });
  afterEach(() => running.stop());

  const invite = async (addresses: string) =>
    (await browser.get(`${base}/invitations`)).submit(`${base}/invitations`, { addresses });
  const scope = async () => ({
    organisationId: await organisationOf(running),
    accountId: base.split('/').at(-1) ?? '',
  });
  const register = async (address: string): Promise<User> => {
    const { ground } = running.house;
    const at = await scope();
    return ground.db.write((m) => registerPerson(ground, m, at, { address }));
  };

  it('tells a team that it needs no directory, and where to invite people', async () => {
    const overview = await browser.get(base);
    assert.match(overview.text, /A team needs none of them: invite people/);
    assert.ok(overview.body.includes(`href="${base}/invitations">invite people`));
    await verifiedDomain(running, browser, base, 'acme.example');
    assert.match((await browser.get(base)).text, /Whoever registers .* is in this account by that/);
  });

  it('invites people: each address is answered for, those that were refused stand in the field again', async () => {
    await register('in@any.example');
    assert.match((await browser.get(`${base}/people`)).body, new RegExp(`href="${base}/invitations"`));
    assert.match((await browser.get(`${base}/invitations`)).text, /This server sends no mail/);
    const page = await invite('ada@x.example; in@any.example, nonsense');
    assert.match(page.text, /1 invitation was made, 2 addresses were refused/);
    assert.match(page.text, /in@any\.example is in this account already/);
    assert.match(page.text, /nonsense is not an e-mail address/);
    assert.match(page.body, />\s*in@any\.example\nnonsense<\/textarea>/);
    assert.match(page.text, /ada@x\.example\s+Pending\s+Not sent\s+by ada/);
    const nobody = await invite(' ; ');
    assert.equal(nobody.status, 400);
    assert.match(nobody.body, /id="addresses-fault"/);
    const many = await invite(Array.from({ length: 51 }, (_, i) => `p${i}@x.example`).join('\n'));
    assert.match(many.text, /At most 50 addresses/);
    assert.equal(await running.house.ground.db.read.countBy(InvitationTable, {}), 1);
  });

  it('sends again and revokes', async () => {
    await invite('ada@x.example');
    const [{ id } = { id: '' }] = await running.house.ground.db.read.find(InvitationTable);
    const path = `${base}/invitations/${id}`;
    const soon = await (await browser.get(`${base}/invitations`)).submit(`${path}/resend`);
    assert.deepEqual([soon.status, soon.headers.get('retry-after')], [429, '60']);
    assert.match(soon.text, /less than a minute ago/);
    clock.advance(60_000);
    const again = await (await browser.get(`${base}/invitations`)).submit(`${path}/resend`);
    assert.match(again.text, /sent again, with a new link/);
    const revoked = await (await browser.get(`${base}/invitations`)).submit(`${path}/revoke`);
    assert.match(revoked.text, /Failed: revoked/);
    assert.ok(!revoked.body.includes(`${path}/resend`));
  });

  it('says why an enterprise account invites nobody, and where to go instead', async () => {
    await invite('ada@x.example');
    await verifiedDomain(running, browser, base, 'acme.example');
    const page = await browser.get(`${base}/invitations`);
    assert.match(page.text, /sends no invitations\. Whoever registers with an address/);
    assert.ok(!page.body.includes('name="addresses"'));
    const { csrf } = page.fields(
      `${base}/invitations/${(await running.house.ground.db.read.find(InvitationTable))[0]!.id}/revoke`,
    );
    const refused = await browser.post(`${base}/invitations`, { addresses: 'b@x.example', csrf: csrf ?? '' });
    assert.equal(refused.status, 422);
    assert.match(
      (await browser.get(`${base}/people`)).text,
      /Whoever registers with an address in one of your verified domains/,
    );
  });

  it('assigns tiers by hand, and the one of newcomers', async () => {
    const { ground } = running.house;
    const ruth = await register('ruth@any.example');
    const path = `${base}/people/${ruth.id}`;
    const own = (await browser.get(path)).text;
    assert.match(own, /removed, not suspended/);
    assert.doesNotMatch(own, /directory has pushed|identity provider|External ID/, 'no directory is here');
    const page = await (await browser.get(path)).submit(`${path}/licence`, { licence: 'Basic' });
    assert.match(page.text, /The permission tier was assigned/);
    assert.equal((await entitlement(ground.db.read, ruth.id)).tier, 'Basic');
    const saved = await (await browser.get(base)).submit(`${base}/licence`, { licence: 'Basic' });
    assert.match(saved.text, /gets this permission tier/);
    assert.equal((await register('tom@any.example')).licence, 'Basic');
    const wrong = await (await browser.get(base)).submit(`${base}/licence`, { licence: 'Gold' });
    assert.equal(wrong.status, 400);
    assert.match(wrong.body, /id="licence-fault"/);
  });

  it('where a directory decides, says so, and where to change it', async () => {
    await verifiedDomain(running, browser, base, 'acme.example');
    const at = await connected(running, browser, base);
    const { users } = await pushed(running, at, { 'paula@acme.example': ['Pros'] });
    const path = `${base}/people/${users[0]!.id}`;
    const page = await browser.get(path);
    assert.match(page.text, /The directory decides who has which permission tier here/);
    assert.match(page.body, new RegExp(`href="${base}/groups">Change the tiers of groups`));
    assert.ok(!page.body.includes(`${path}/licence`));
    assert.match(page.text, /Nobody is removed by hand here/);
    const csrf = page.fields(`${path}/sign-out`)['csrf'] ?? '';
    const refused = await browser.post(`${path}/licence`, { licence: 'Basic', csrf });
    assert.equal(refused.status, 422);
    assert.match((await browser.get(`${base}/invitations`)).text, /The directory says who belongs/);
    assert.ok(!(await browser.get(base)).body.includes(`${base}/licence`));
  });

  it('removes somebody who goes on on their own, and says when they were invited', async () => {
    const { ground } = running.house;
    const ruth = await register('ruth@any.example');
    const at = await scope();
    await ground.db.write((m) =>
      m.insert(InvitationTable, {
        id: 'invitation',
        ...at,
        address: 'ruth@any.example',
        addressKey: 'ruth@any.example',
        tokenHash: 'x',
        invitedBy: 'x',
        createdAt: Date.UTC(2026, 3, 5),
        expiresAt: 0,
        sentAt: 0,
        sentCount: 1,
        emailStatus: 'Sent',
        acceptedAt: 1,
        acceptedBy: ruth.id,
        revokedAt: null,
      }),
    );
    const path = `${base}/people/${ruth.id}`;
    assert.match((await browser.get(path)).text, /Invited\s+2026-04-05/);
    const asks = await browser.get(`${path}/remove`);
    assert.match(asks.text, /They keep their own account/);
    const page = await asks.submit(`${path}/remove`);
    assert.match(page.text, /can be invited again/);
    assert.equal((await browser.get(path)).status, 404);
    assert.equal((await ground.db.read.findOneBy(UserTable, { id: ruth.id }))?.accountId, nobodys.accountId);
  });

  it('tells a team who left it since their domain was claimed', async () => {
    const at = await scope();
    await running.house.ground.db.write((m) =>
      m.insert(DepartureTable, { id: 'd', ...at, domain: 'gone.example', people: 3, at: clock.now() }),
    );
    assert.match(
      (await browser.get(`${base}/people`)).text,
      /3 people with an address in gone\.example left this account/,
    );
    clock.advance(31 * 86_400_000);
    const later = await signedInAgain();
    assert.doesNotMatch((await later.get(`${base}/people`)).text, /left this account/);
  });

  const signedInAgain = async (): Promise<Visitor> => {
    const again = running.visitor();
    await signIn(again, await organisationOf(running));
    return again;
  };
});
