import assert from 'node:assert/strict';
import { AccountTable } from '../../../src/accounts/accounts/account.entity.ts';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { hashToken } from '../../../src/platform/ids/ids.ts';
import { parseAddresses } from '../../../src/users/invitations/addresses.ts';
import { invitePeople } from '../../../src/users/invitations/invite.ts';
import type { Scope } from '../../../src/users/lifecycle/out.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { linkIn } from '../../support/smtp.ts';
import {
  accountWith,
  askFor,
  isIn,
  type OwnStage,
  password,
  personAt,
  registerAs,
  setOwnStage,
  signInAs,
} from './support.ts';

describeOnEachEngine('own accounts: the link of an invitation', function () {
  this.timeout(60_000);
  let stage: OwnStage;
  let scope: Scope;
  beforeEach(async () => {
    stage = await setOwnStage();
    scope = await accountWith(stage, 'The Team');
  });
  afterEach(async () => {
    clock.reset();
    await stage.stop();
  });

  const invite = async (email: string, into = scope): Promise<string> => {
    await invitePeople(stage.carillon.house.ground, into, parseAddresses(email), { by: 'test' });
    return linkIn(await stage.smtp.next(email, ({ text }) => text.includes('/invitation?')), '/invitation');
  };
  const chosen = { name: 'Ann', password, again: password };
  const tokenIn = (link: string): string => new URL(link, 'http://x').searchParams.get('token')!;

  it('leads who is nobody yet to a password, and into the team with its licence, once', async () => {
    const link = await invite('ann@own.example');
    const visitor = stage.carillon.visitor();
    const page = await visitor.get(link);
    assert.match(page.text, /The Team invites you .* The invitation is for ann@own\.example/);
    const weak = await page.submit('/invitation/register', { ...chosen, password: 'short', again: 'short' });
    assert.equal(weak.status, 400);
    assert.match(weak.text, /at least 12 characters/);
    const done = await weak.submit('/invitation/register', chosen);
    assert.equal(done.path, '/me');
    assert.match(done.text, /The Team/);
    const { accountId, licence } = await personAt(stage, 'ann@own.example');
    assert.deepEqual([accountId, licence], [scope.accountId, 'Pro']);
    const again = await stage.carillon.visitor().send(link);
    assert.ok(again.status >= 400, String(again.status));
    assert.equal((await signInAs(stage.carillon.visitor(), 'ann@own.example')).status, 303);
  });

  it('of a registration by mail and one by an invitation at once, with one address, one makes a person', async () => {
    const [one, two] = [stage.carillon.visitor(), stage.carillon.visitor()];
    const mailed = await one.get(await askFor(stage, one, '/register', 'ann@own.example'));
    const invited = await two.get(await invite('ann@own.example'));
    const done = await Promise.all([
      mailed.submit('/register/confirm', chosen),
      invited.submit('/invitation/register', chosen),
    ]);
    assert.equal(done.filter(({ path }) => path === '/me').length, 1);
    const { read } = stage.carillon.house.ground.db;
    const people = await rows(read, sql`SELECT 1 FROM "users" WHERE "primaryAddressKey" = ${'ann@own.example'}`);
    assert.equal(people.length, 1);
  });

  it('leads who has an account to sign in with it, and they keep it: the trial ends, the devices stay', async () => {
    const elsewhere = stage.carillon.visitor();
    await registerAs(stage, elsewhere, 'ann@own.example');
    const before = await personAt(stage, 'ann@own.example');
    assert.equal(before.accountId, nobodys.accountId);
    const link = await invite('ann@own.example');
    const visitor = stage.carillon.visitor();
    const page = await visitor.get(link);
    const signIn = await visitor.get(page.link(encodeURIComponent(`/invitation?invited=${hashToken(tokenIn(link))}`)));
    assert.doesNotMatch(signIn.url + signIn.body, new RegExp(tokenIn(link)), 'from here on nobody needs the token');
    const asked = await signIn.submit('/signin');
    const back = await asked.submit('/signin/own', { password });
    assert.match(back.path, /^\/invitation\?invited=/);
    assert.match(back.text, /In the account you have the permission tier Pro\. Your trial ends\./);
    const done = await back.submit('/invitation');
    assert.equal(done.path, '/me');
    assert.match(done.text, /The Team/);
    assert.doesNotMatch(done.text, /Your trial/);
    const after = await personAt(stage, 'ann@own.example');
    assert.deepEqual(
      [after.id, after.accountId, after.organisationId],
      [before.id, scope.accountId, scope.organisationId],
    );
    assert.ok(await isIn(elsewhere));
    assert.ok(await isIn(visitor));
  });

  it('is not for somebody else who is signed in, and whoever is in another team is told that they leave it', async () => {
    const bob = stage.carillon.visitor();
    await registerAs(stage, bob, 'bob@own.example');
    const wrong = await bob.get(await invite('ann@own.example'));
    assert.match(wrong.text, /You are signed in as bob@own\.example, and the invitation is for another address/);
    assert.doesNotMatch(wrong.body, /action="\/invitation"/);
    await (await bob.get(await invite('bob@own.example'))).submit('/invitation');
    const other = await accountWith(stage, 'Other Team');
    const page = await bob.get(await invite('bob@own.example', other));
    assert.match(page.text, /You are in the account The Team\. By joining you leave it/);
    await page.submit('/invitation');
    assert.equal((await personAt(stage, 'bob@own.example')).accountId, other.accountId);
  });

  it('lets somebody else who is signed in sign out, and comes back to the invitation', async () => {
    const bob = stage.carillon.visitor();
    await registerAs(stage, bob, 'bob@own.example');
    const link = await invite('ann@own.example');
    const page = await (await bob.get(link)).submit('/me/sign-out');
    assert.equal(page.path, link);
    assert.equal(await isIn(bob), false);
    assert.equal((await page.submit('/invitation/register', chosen)).path, '/me');
    assert.equal((await personAt(stage, 'ann@own.example')).accountId, scope.accountId);
  });

  it('is not needed by who is signed in: their own page has what they are invited to', async () => {
    const ann = stage.carillon.visitor();
    assert.doesNotMatch((await registerAs(stage, ann, 'ann@own.example')).text, /invites you/);
    await invite('ann@own.example');
    const me = await ann.get('/me');
    assert.match(me.text, /The Team invites you to its account/);
    const href = /href="(\/invitation\?id=[^"]+)"/.exec(me.body)?.[1] ?? '';
    const bob = stage.carillon.visitor();
    assert.match((await bob.send(href)).location ?? '', /\/signin\?target=%2Finvitation%3Fid%3D/);
    await registerAs(stage, bob, 'bob@own.example');
    const others = await bob.send(href);
    assert.equal(others.status, 404);
    assert.doesNotMatch(others.body, /The Team/);
    const { csrf } = await bob.send('/me');
    const id = new URL(href, 'http://x').searchParams.get('id')!;
    assert.equal((await bob.post('/invitation', { csrf, id })).status, 404);
    const done = await (await ann.get(href)).submit('/invitation');
    assert.equal(done.path, '/me');
    assert.doesNotMatch(done.text, /invites you/);
    assert.equal((await personAt(stage, 'ann@own.example')).accountId, scope.accountId);
  });

  it('that was accepted leads who has accepted it to their page, and tells others that it was', async () => {
    const link = await invite('ann@own.example');
    const ann = stage.carillon.visitor();
    await (await ann.get(link)).submit('/invitation/register', chosen);
    const again = await ann.send(link);
    assert.deepEqual([again.status, new URL(again.location ?? '').pathname], [303, '/me']);
    const out = await stage.carillon.visitor().send(link);
    assert.equal(out.status, 404);
    assert.match(out.text, /This invitation was accepted already\. Sign in/);
  });

  it('whose domain a company has claimed since offers no password that would be refused, and says where to go', async () => {
    const link = await invite('ann@globex.example');
    await accountWith(stage, 'Globex', 'globex.example');
    const page = await stage.carillon.visitor().send(link);
    assert.equal(page.status, 403);
    assert.match(page.text, /A company has shown since that the e-mail domain globex\.example is its own/);
    assert.doesNotMatch(page.body, /<form/);
    const registering = await stage.carillon.visitor().get(page.link('/register?email=ann%40globex.example'));
    assert.equal(registering.title, 'Register');
  });

  it('leaves its token nowhere while somebody signs in, or asks for a mail, on the way to it', async () => {
    const visitor = stage.carillon.visitor();
    await registerAs(stage, visitor, 'ann@own.example');
    const { id: userId } = await personAt(stage, 'ann@own.example');
    const link = await invite('ann@own.example');
    const { ground } = stage.carillon.house;
    await ground.db.write((m) => m.update(AccountTable, { id: nobodys.accountId }, { secondFactorSince: 1 }));
    const other = stage.carillon.visitor();
    for (const target of [link, `${link}&x=1`]) {
      const { csrf } = await other.send('/signin');
      const sent = await other.post('/signin/own', { csrf, email: 'ann@own.example', password, target });
      assert.equal(sent.status, 303, 'a second factor is awaited');
      await other.post('/reset', { csrf, email: 'ann@own.example', target });
      await other.post('/register', { csrf, email: 'new@own.example', target });
    }
    const kept = await Promise.all([
      rows(ground.db.read, sql`SELECT "target", "proof" FROM "person_pending_sign_ins" WHERE "userId" = ${userId}`),
      rows(ground.db.read, sql`SELECT "target" FROM "own_links" WHERE "target" LIKE '/invitation%'`),
    ]);
    assert.deepEqual(
      kept.map(({ length }) => length),
      [2, 4],
    );
    assert.doesNotMatch(JSON.stringify(kept), new RegExp(tokenIn(link)));
  });

  it('known by the hash that is kept it is only for whoever is signed in with its address', async () => {
    const link = await invite('ann@own.example');
    const hash = new URLSearchParams({ invited: hashToken(tokenIn(link)) }).toString();
    const stranger = await stage.carillon.visitor().send(`/invitation?${hash}`);
    assert.equal(stranger.status, 303);
    assert.match(stranger.location ?? '', /\/signin\?target=%2Finvitation%3Finvited/);
    const bob = stage.carillon.visitor();
    await registerAs(stage, bob, 'bob@own.example');
    const { csrf } = await bob.send('/me');
    const refused = await bob.post('/invitation', { csrf, invited: hashToken(tokenIn(link)) });
    assert.ok(refused.status >= 400 && refused.status < 500);
    const registering = { csrf, invited: hashToken(tokenIn(link)), ...chosen };
    const none = await bob.post('/invitation/register', registering);
    assert.ok(none.status >= 400 && none.status < 500);
    const ann = stage.carillon.visitor();
    await registerAs(stage, ann, 'ann@own.example');
    await (await ann.get(`/invitation?${hash}`)).submit('/invitation');
    assert.equal((await personAt(stage, 'ann@own.example')).accountId, scope.accountId);
  });

  it('that is over, or nobody’s, says so', async () => {
    const link = await invite('ann@own.example');
    clock.advance(14 * 86_400_000 + 1);
    for (const each of [link, '/invitation', '/invitation?token=x']) {
      const page = await stage.carillon.visitor().send(each);
      assert.ok(page.status >= 400 && page.status < 500, each);
      assert.doesNotMatch(page.body, /action="\/invitation/);
    }
  });

  it('what somebody else has of it is refused without a session, or for another person', async () => {
    const link = await invite('ann@own.example');
    const token = new URL(link, 'http://x').searchParams.get('token')!;
    const bob = stage.carillon.visitor();
    await registerAs(stage, bob, 'bob@own.example');
    const { csrf } = await bob.send('/me');
    const refused = await bob.post('/invitation', { csrf, token });
    assert.ok(refused.status >= 400 && refused.status < 500);
    assert.equal((await personAt(stage, 'bob@own.example')).accountId, nobodys.accountId);
  });
});
