import assert from 'node:assert/strict';
import { AccountTable } from '../../../../src/accounts/accounts/account.entity.ts';
import { anyAccount, createAccount } from '../../../../src/accounts/accounts/accounts.ts';
import { nobodys } from '../../../../src/accounts/accounts/nobodys.ts';
import { DomainTable } from '../../../../src/accounts/domains/domain.entity.ts';
import { claimDomain } from '../../../../src/accounts/domains/domains.ts';
import { createOrganisation } from '../../../../src/accounts/organisations/organisations.ts';
import { totpSecrets, totpTables } from '../../../../src/auth/credentials/factors/factors.entity.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';
import { placeIn } from '../../../../src/platform/secrets/sealed.ts';
import { suspendUser } from '../../../../src/users/lifecycle/administer.ts';
import { deleteOrganisation } from '../../../../src/users/lifecycle/delete-account.ts';
import { deletePerson } from '../../../../src/users/lifecycle/people.ts';
import { testCompany } from '../../../support/company.ts';
import { movePeople } from '../../../../src/users/lifecycle/move.ts';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import {
  address,
  ascending,
  begin,
  linkBy,
  openidInput,
  ownAccount,
  recordsOf,
  registerBy,
  setUpstreamStage,
  signedInAs,
  signInBy,
  stored,
  type UpstreamStage,
} from './stage.ts';

describeOnEachEngine('upstream: journeys of people without a directory', function () {
  this.timeout(60_000);
  let stage: UpstreamStage;
  beforeEach(async () => {
    stage = await setUpstreamStage();
  });
  afterEach(async () => {
    clock.reset();
    await stage.stop();
  });

  /** An enterprise account without a directory, which has verified the domain. */
  async function enterprise(domain: string): Promise<{ organisationId: string; accountId: string }> {
    const { ground } = stage.carillon.house;
    const organisation = await ground.db.write((m) => createOrganisation(m, 'Acme'));
    const account = await createAccount(ground, organisation.id, { name: 'Acme' });
    const claim = await claimDomain(ground, organisation.id, account.id, { domain });
    await ground.db.write(async (m) => {
      await m.update(DomainTable, { id: claim.id }, { state: 'verified', verifiedAt: Date.now() });
      await m.update(AccountTable, { id: account.id }, { type: 'EnterpriseLWA', defaultLicence: 'Pro' });
    });
    return { organisationId: organisation.id, accountId: account.id };
  }

  /** Takes whoever is in no account into such an account. */
  async function taken(domain: string): Promise<{ organisationId: string; accountId: string }> {
    const scope = await enterprise(domain);
    const { ground, upstairs } = stage.carillon.house;
    await ground.db.write(async (m) => {
      const from = await anyAccount(m, nobodys.organisationId, nobodys.accountId);
      const to = await anyAccount(m, scope.organisationId, scope.accountId);
      const people = await m.findBy(UserTable, { accountId: nobodys.accountId });
      await movePeople(ground, upstairs, m, people, { from, to, trial: 'enter' });
    });
    return scope;
  }

  it('shows nothing on the sign-in page while no provider is configured, and a button for each that is', async () => {
    const { carillon } = stage;
    assert.doesNotMatch((await carillon.visitor().get('/signin')).body, /upstream/);
    await stage.add(openidInput(stage, 'Rogue & Sons'));
    const page = await carillon.visitor().get('/signin');
    assert.match(page.text, /Sign in with Rogue & Sons/);
    assert.deepEqual(Object.keys(page.fields(begin('rogue-sons'))).toSorted(), ['csrf', 'target']);
    assert.doesNotMatch(page.body, new RegExp(stage.provider.clientId), 'and nothing else of the provider');
  });

  it('asks somebody new whether they want an account, makes it, and knows them the next time', async () => {
    await stage.add(openidInput(stage));
    const visitor = stage.carillon.visitor();
    const asked = await signInBy(visitor, 'rogue', '/me?x=1');
    assert.equal(asked.status, 200);
    assert.match(asked.text, /Create an account\?.*rosa\.rogue@acme\.example.*Rosa Rogue.*do not create another/s);
    assert.deepEqual((await stored(stage)).users, [], 'nobody is made without having said so');
    assert.equal((await visitor.send('/session')).status, 401);
    const me = await asked.submit('/auth/upstream/offer');
    assert.equal(me.path, '/me?x=1');
    assert.match(me.text, /Rosa Rogue.*rosa\.rogue@acme\.example.*Your trial gives you Pro/s);
    const { users, links, logins } = await stored(stage);
    assert.equal(users.length, 1);
    assert.deepEqual([users[0]?.accountId, users[0]?.connectionId], [nobodys.accountId, null]);
    assert.deepEqual(logins, [address]);
    assert.deepEqual(links, [{ userId: users[0]!.id, subject: 'rogue-1', providerId: 'rogue' }]);
    const again = await signInBy(stage.carillon.visitor());
    assert.equal(again.path, '/me');
    assert.equal((await stored(stage)).users.length, 1);
    assert.deepEqual(
      (await recordsOf(stage, 'Register')).map(({ errorCode, identity }) => [errorCode, identity.type]),
      [[null, 'User']],
    );
    assert.equal((await recordsOf(stage, 'SignIn')).length, 1);
  });

  it('keeps nothing of somebody who does not want an account', async () => {
    await stage.add(openidInput(stage));
    const visitor = stage.carillon.visitor();
    const asked = await signInBy(visitor);
    const gone = await asked.submit('/auth/upstream/offer/decline');
    assert.equal(gone.path, '/signin');
    assert.match((await visitor.send('/auth/upstream/offer')).text, /took too long, was finished already/);
    assert.deepEqual(await stored(stage), { users: [], links: [], logins: [] });
  });

  it('an offer is good for ten minutes, in one browser, once, and for what was read', async () => {
    await stage.add(openidInput(stage));
    const visitor = stage.carillon.visitor();
    const asked = await signInBy(visitor);
    const offer = '/auth/upstream/offer';
    const other = stage.carillon.visitor();
    const foreign = await other.postFrom('/signin', offer, { offer: asked.fields(offer)['offer']! });
    assert.equal(foreign.status, 400, 'of another browser');
    const wrong = await visitor.post(offer, { ...asked.fields(offer), offer: 'another' });
    assert.equal(wrong.status, 400, 'of another page');
    clock.advance(601_000);
    assert.equal((await visitor.post(offer, asked.fields(offer))).status, 400, 'too late');
    clock.reset();
    const [one, two] = await Promise.all([0, 1].map(() => visitor.post(offer, asked.fields(offer))));
    assert.deepEqual([one!.status, two!.status].toSorted(ascending), [303, 400], 'once, however often it is sent');
    assert.equal((await stored(stage)).users.length, 1);
  });

  it('security check 8: a sign-in elsewhere vouches for no address unless it says so, and then links nobody', async () => {
    await stage.add(openidInput(stage));
    const victim = await ownAccount(stage, address);
    for (const userinfo of ['unverified', 'no-verified', 'no-email'] as const) {
      stage.provider.set({ userinfo });
      const page = await signInBy(stage.carillon.visitor());
      assert.equal(page.title, 'No account yet', userinfo);
      assert.doesNotMatch(page.body, /rosa\.rogue|already/, 'what is not vouched for is not looked at, nor shown');
      assert.match(page.link('target=%2Fme%2Flinks'), /^\/register/);
      const forced = await page.visitor.postFrom('/auth/upstream/offer', '/auth/upstream/offer', { offer: 'x' });
      assert.ok(forced.status >= 400);
    }
    stage.provider.set({});
    const page = await signInBy(stage.carillon.visitor());
    assert.equal(page.status, 409);
    assert.match(page.text, /There is an account with your address already.*Nothing is linked by an address alone/s);
    const { users, links } = await stored(stage);
    assert.deepEqual(
      users.map(({ id }) => id),
      [victim.id],
    );
    assert.deepEqual(links, []);
    const refusals = await recordsOf(stage, 'SignIn');
    assert.deepEqual(
      refusals.map(({ errorMessage, organisationId }) => [errorMessage?.split(':')[0], organisationId]),
      [['upstream.addressKnown', nobodys.organisationId]],
    );
  });

  it('security check 8: an address of a company with a sign-in of its own leads there, and nobody in', async () => {
    const { carillon, provider } = stage;
    await stage.add(openidInput(stage));
    const company = await testCompany(carillon.house, 'globex.example');
    await company.member('victim', 'Pro');
    for (const email of ['victim@globex.example', 'stranger@globex.example']) {
      provider.subject.email = email;
      const page = await signInBy(carillon.visitor());
      assert.equal(page.status, 403);
      assert.match(page.text, /belongs to a company that has a sign-in of its own/);
    }
    assert.deepEqual((await stored(stage)).links, []);
  });

  it('security check 8: a provider’s word alone lets nobody into an enterprise account, known there or not', async () => {
    await stage.add(openidInput(stage));
    const offered = await signInBy(stage.carillon.visitor());
    await enterprise('acme.example');
    const meanwhile = await offered.submit('/auth/upstream/offer');
    assert.equal(meanwhile.status, 400, 'the domain was claimed after it was offered');
    const page = await signInBy(stage.carillon.visitor());
    assert.equal(page.title, 'No account yet');
    assert.doesNotMatch(page.body, /rosa\.rogue/);
    assert.match(page.link('target=%2Fme%2Flinks'), /^\/register/);
    await page.visitor.postFrom('/auth/upstream/offer', '/auth/upstream/offer', { offer: 'x' });
    const { users, links } = await stored(stage);
    assert.deepEqual([users, links], [[], []]);
  });

  it('links while signed in to both, and from then on knows the person whatever address they have there', async () => {
    await stage.add(openidInput(stage));
    stage.provider.subject.email = 'other@elsewhere.example';
    const { id } = await ownAccount(stage, 'pia@own.example');
    const visitor = await signedInAs(stage, id);
    assert.match((await visitor.get('/me')).link('/me/links'), /links/);
    const asked = await visitor.follow(await visitor.postFrom('/me/links', '/me/links/rogue/link'));
    assert.match(asked.text, /Link Rogue\?.*Rosa Rogue, other@elsewhere\.example.*pia@own\.example/s);
    assert.deepEqual((await stored(stage)).links, [], 'not before they have agreed');
    const linked = await asked.submit('/me/links/confirm');
    assert.match(linked.text, /Rogue is linked: you can sign in with it/);
    const elsewhere = stage.carillon.visitor();
    assert.match((await signInBy(elsewhere)).text, /pia@own\.example/);
    assert.equal((await stored(stage)).users.length, 1);
    const unlinked = await (await visitor.get('/me/links')).submit('/me/links/rogue/unlink');
    assert.match(unlinked.text, /Rogue is not linked any more/);
    assert.equal((await elsewhere.send('/session')).status, 200, 'nobody is put out by it');
    assert.equal((await signInBy(stage.carillon.visitor())).title, 'Create an account?');
    for (const name of ['LinkUpstreamIdentity', 'UnlinkUpstreamIdentity'])
      assert.deepEqual(
        (await recordsOf(stage, name)).map(({ errorCode }) => errorCode),
        [null],
        name,
      );
  });

  it('the last way to sign in stays', async () => {
    await stage.add(openidInput(stage));
    const visitor = stage.carillon.visitor();
    await registerBy(visitor);
    const page = await visitor.get('/me/links');
    assert.match(page.text, /your only way to sign in/);
    const refused = await visitor.post('/me/links/rogue/unlink', { csrf: (await visitor.send('/signin')).csrf });
    assert.equal(refused.status, 409);
    assert.match(refused.text, /This is your only way to sign in/);
    await stage.add(openidInput(stage, 'Second'));
    await linkBy(visitor, 'second');
    const left = await (await visitor.get('/me/links')).submit('/me/links/rogue/unlink');
    assert.match(left.text, /Rogue is not linked any more.*your only way to sign in/s);
    assert.equal((await signInBy(stage.carillon.visitor(), 'second')).path, '/me');
  });

  it('a no holds: nobody comes in by a link who may not, and who is deleted or released is nobody’s link', async () => {
    await stage.add(openidInput(stage));
    const { ground } = stage.carillon.house;
    await registerBy(stage.carillon.visitor());
    const scope = await taken('acme.example');
    const [user] = (await stored(stage)).users;
    await suspendUser(ground, scope, user!.id, 'ada');
    const page = await signInBy(stage.carillon.visitor());
    assert.equal(page.status, 403);
    assert.match(page.text, /An administrator has suspended your access/);
    assert.equal((await recordsOf(stage, 'SignIn')).at(-1)?.accountId, scope.accountId);
    await ground.db.write((m) => deletePerson(ground, m, user!));
    const after = await signInBy(stage.carillon.visitor());
    assert.equal(after.title, 'No account yet', 'the address is free, but for what suspending it bars');
    assert.equal((await stored(stage)).users.length, 1);
  });

  it('whose organisation was deleted is nobody’s link either, and may register anew with it', async () => {
    await stage.add(openidInput(stage));
    const { ground, upstairs } = stage.carillon.house;
    await registerBy(stage.carillon.visitor());
    const [{ id } = { id: '' }] = (await stored(stage)).users;
    const organisation = await ground.db.write((m) => createOrganisation(m, 'Gone'));
    const team = await createAccount(ground, organisation.id, { name: 'Gone' });
    const scope = { organisationId: organisation.id, accountId: team.id };
    await ground.db.write((m) => m.update(UserTable, { id }, scope));
    await deleteOrganisation(ground, upstairs, organisation.id, organisation.id);
    const visitor = stage.carillon.visitor();
    assert.equal((await registerBy(visitor)).path, '/me');
    const [link] = (await stored(stage)).links;
    assert.notEqual(link?.userId, id);
  });

  it('people of a directory have nothing to link, and a link does not go round it', async () => {
    const { carillon } = stage;
    await stage.add(openidInput(stage));
    const company = await testCompany(carillon.house, 'globex.example');
    const { id } = await company.member('gil', 'Pro');
    const visitor = await signedInAs(stage, id);
    assert.match((await visitor.get('/me/links')).text, /own sign-in says who you are/);
    const { csrf } = await visitor.send('/me/links');
    const forced = await visitor.post('/me/links/rogue/link', { csrf: csrf || (await visitor.send('/signin')).csrf });
    assert.equal(forced.status, 403);
    await registerBy(carillon.visitor());
    const scope = await taken('acme.example');
    const { db } = carillon.house.ground;
    await db.write((m) => m.update(AccountTable, { id: scope.accountId }, { type: 'EnterpriseOIDC' }));
    assert.match((await signInBy(carillon.visitor())).text, /Sign in there, with your address/);
  });

  it('a second factor that somebody has is asked for after a provider too', async () => {
    await stage.add(openidInput(stage));
    const { ground } = stage.carillon.house;
    await registerBy(stage.carillon.visitor());
    const [user] = (await stored(stage)).users;
    const secret = ground.seal.seal('JBSWY3DPEHPK3PXP', placeIn(totpSecrets.user, user!.id));
    const row = { holderId: user!.id, organisationId: user!.organisationId, secret, lastStep: 0, createdAt: 1 };
    await ground.db.write((m) => m.insert(totpTables.user, row));
    const visitor = stage.carillon.visitor();
    const page = await signInBy(visitor);
    assert.equal(page.path, '/signin/second', page.text);
    assert.equal((await visitor.send('/session')).status, 401, 'nobody is in yet');
    assert.equal((await recordsOf(stage, 'BeginSignIn')).length, 1);
  });

  it('what lets people in is changed only shortly after they have proved who they are', async () => {
    await stage.add(openidInput(stage));
    const { id } = await ownAccount(stage, 'pia@own.example');
    const visitor = await signedInAs(stage, id);
    clock.advance(700_000);
    const page = await visitor.postFrom('/me/links', '/me/links/rogue/link');
    assert.equal(page.status, 303);
    assert.match(page.location ?? '', /\/me\/security\/confirm\?target=%2Fme%2Flinks$/);
    assert.equal(stage.provider.count('/authorize'), 0);
  });
});
