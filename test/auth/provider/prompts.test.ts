import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { createOrganisation } from '../../../src/accounts/organisations/organisations.ts';
import { createClient } from '../../../src/auth/provider/clients/clients.ts';
import { signOutUser } from '../../../src/users/lifecycle/administer.ts';
import { liftNo, sayNo } from '../../../src/users/lifecycle/causes.ts';
import type { Page } from '../../support/page.ts';
import type { Visitor } from '../../support/visitor.ts';
import { address } from '../pages/support.ts';
import {
  type Application,
  allow,
  ask,
  type Asked,
  authorize,
  callback,
  errorOf,
  exchange,
  isBack,
  type OpenIdStage,
  setOpenIdStage,
  signedIn,
  updateClient,
  visit,
} from './stage.ts';

/** Types the address at the sign-in page and goes on. */
const enter = async (visitor: Visitor, page: Page, email = address): Promise<Page> =>
  visitor.follow(await visitor.post('/signin', { ...page.fields('/signin'), email }), isBack);

const errorIn = ({ url }: Page): string | null => new URL(url).searchParams.get('error');

describe('OpenID provider: who is asked what', () => {
  let stage: OpenIdStage;
  let application: Application;
  before(async () => {
    stage = await setOpenIdStage();
    application = await stage.application({ firstParty: true });
  });
  after(() => stage.stop());
  const lastUpstream = () => stage.provider.requests.findLast(({ path }) => path === '/authorize')?.query ?? {};

  it('prompt=none: an answer when somebody is in and has agreed, else an error, and never a page', async () => {
    const third = await stage.application();
    const nobody = stage.carillon.visitor();
    assert.equal(errorIn(await visit(nobody, await ask(application, { prompt: 'none' }))), 'login_required');
    const visitor = await signedIn(stage);
    const asked = await ask(application, { prompt: 'none' });
    const back = await visit(visitor, asked);
    assert.ok((await exchange(application, asked, back.url)).id_token);
    assert.equal(errorIn(await visit(visitor, await ask(third, { prompt: 'none' }))), 'consent_required');
    const both = await visit(visitor, await ask(application, { prompt: 'none login' }));
    assert.equal(errorIn(both), 'invalid_request');
  });

  it('prompt=login: the person proves anew, also at the company, and gets another session', async () => {
    const visitor = await signedIn(stage);
    const before = visitor.jar().get('carillon_session');
    const asked = await ask(application, { prompt: 'login', login_hint: address });
    const page = await visit(visitor, asked);
    assert.match(page.url, /\/signin\?.*max_age=0/);
    assert.equal(page.fields('/signin')['email'], address);
    const { pathname } = new URL(page.fields('/signin')['target'] ?? '', stage.carillon.url);
    const skipped = await visitor.open(pathname);
    assert.match(skipped.url, /\/signin\?/, 'going on without signing in leads back to it');
    const back = await enter(visitor, page);
    assert.deepEqual([lastUpstream()['prompt'], lastUpstream()['max_age']], ['login', '0']);
    const claims = (await exchange(application, asked, back.url)).claims()!;
    assert.ok(Number(claims.auth_time) > Date.now() / 1000 - 30);
    assert.notEqual(visitor.jar().get('carillon_session'), before);
  });

  it('max_age: only who proved it too long ago is asked; auth_time and amr are what the company says', async () => {
    const visitor = stage.carillon.visitor();
    const old = Math.floor(Date.now() / 1000) - 500;
    stage.provider.set({ claims: { auth_time: old, amr: ['mfa', 'hwk'] } });
    const asked = await ask(application);
    const claims = (
      await exchange(application, asked, (await enter(visitor, await visit(visitor, asked))).url)
    ).claims()!;
    assert.equal(claims.auth_time, old);
    assert.deepEqual(claims['amr'], ['mfa', 'hwk']);
    assert.ok(isBack((await visit(visitor, await ask(application, { max_age: '600' }))).url));
    const tooOld = await visit(visitor, await ask(application, { max_age: '100' }));
    assert.match(tooOld.url, /\/signin\?.*max_age=100/);
    const refused = await enter(visitor, tooOld);
    assert.match(refused.text, /could not be trusted/, 'the company’s sign-in did not ask again');
    assert.equal(lastUpstream()['max_age'], '100');
    stage.provider.set({ claims: { auth_time: Math.floor(Date.now() / 1000) } });
    assert.ok(isBack((await enter(visitor, await visit(visitor, await ask(application, { max_age: '100' })))).url));
    stage.provider.set({});
  });

  it('tells an application that asked for one person nothing of another', async () => {
    const visitor = await signedIn(stage);
    const hint = (await authorize(application, visitor)).id_token!;
    const honest = { ...stage.provider.subject };
    const other = await stage.company.member('nils.rogue', 'Basic', 'sub-nils');
    Object.assign(stage.provider.subject, { sub: 'sub-nils', email: 'nils.rogue@acme.example' });
    const page = await visit(visitor, await ask(application, { id_token_hint: hint, prompt: 'login' }));
    const back = await enter(visitor, page, 'nils.rogue@acme.example');
    assert.equal(errorIn(back), 'login_required', back.url + back.text);
    Object.assign(stage.provider.subject, honest);

    // The other one is signed in in this browser now, and sees nothing of the first one's grants.
    const asked = await ask(application);
    const tokens = await exchange(application, asked, (await visit(visitor, asked)).url);
    assert.equal(tokens.claims()?.sub, other.id);
    assert.doesNotMatch((await visitor.get('/me')).text, /rosa/);
  });

  it('does not take one person’s answer for another’s', async () => {
    const third = await stage.application({ name: 'Third' });
    const visitor = await signedIn(stage);
    const asked = await ask(third);
    const page = await visit(visitor, asked);
    const { pathname } = new URL(page.url);
    const stolen = { ...page.fields(pathname), person: 'somebody-else', answer: 'allow' };
    const again = await visitor.follow(await visitor.post(pathname, stolen), isBack);
    assert.match(again.text, /Allow Third\?/);
    const elsewhere = stage.carillon.visitor();
    assert.equal((await elsewhere.open(pathname)).status, 400, 'the address alone is nothing in another browser');
    assert.equal(
      (await visitor.post(pathname, { answer: 'allow', person: stage.userId })).status,
      403,
      'without its token',
    );
    assert.ok(isBack((await allow(visitor, again)).url));
  });

  it('lets nobody use an application of another organisation or account', async () => {
    const { ground } = stage.carillon.house;
    const visitor = await signedIn(stage);
    const bound = await stage.application({ firstParty: true });
    const tokens = await authorize(bound, visitor);
    const { organisationId } = stage.company.scope;
    const account = await createAccount(ground, organisationId, { name: 'Other' });
    await updateClient(stage.carillon.house, organisationId, bound.client.id, { accountId: account.id });
    assert.equal(await errorOf(openid.refreshTokenGrant(bound.configuration, tokens.refresh_token!)), 'invalid_grant');

    const organisation = await ground.db.write((m) => createOrganisation(m, 'Elsewhere'));
    const input = { name: 'Foreign', kind: 'web', redirectUris: [callback], firstParty: true };
    const { client } = await createClient(stage.carillon.house, organisation.id, input);
    for (const id of [bound.client.id, client.id]) {
      const page = await visit(visitor, await ask(application, { client_id: id, scope: 'openid' }));
      assert.equal(page.status, 403);
      assert.match(page.text, /not open to the account of rosa/);
      const silent = await visit(visitor, await ask(application, { client_id: id, scope: 'openid', prompt: 'none' }));
      assert.equal(errorIn(silent), 'access_denied');
      const { pathname } = new URL(page.url);
      const back = await visitor.follow(
        await visitor.post(pathname, { ...page.fields(pathname), answer: 'deny' }),
        isBack,
      );
      assert.equal(errorIn(back), 'access_denied');
    }
  });

  it('refuses everything from the commit of a no on, and nothing of it lives again', async () => {
    const { ground } = stage.carillon.house;
    const person = await stage.company.member('ida.rogue', 'Pro', 'sub-ida');
    const honest = { ...stage.provider.subject };
    Object.assign(stage.provider.subject, { sub: 'sub-ida', email: 'ida.rogue@acme.example' });
    const third = await stage.application({ name: 'Offline' });
    const visitor = stage.carillon.visitor();
    const begin = async (): Promise<[Asked, Page]> => {
      const asked = await ask(third, { scope: 'openid profile offline_access', prompt: 'consent' });
      return [asked, await visit(visitor, asked)];
    };
    const [asked, page] = await begin();
    const back = await allow(visitor, await enter(visitor, page, 'ida.rogue@acme.example'));
    const tokens = await exchange(third, asked, back.url);
    const [pending, again] = await begin();
    const code = await allow(visitor, again);
    const scope = { ...stage.company.scope, id: person.id };
    await ground.db.write((m) => sayNo(ground, m, scope, 'administrator', 'test'));
    const refused = async (): Promise<void> => {
      assert.equal(
        await errorOf(openid.refreshTokenGrant(third.configuration, tokens.refresh_token!)),
        'invalid_grant',
      );
      const told = await openid.tokenIntrospection(third.configuration, tokens.access_token);
      assert.equal(told.active, false);
      const refresh = await openid.tokenIntrospection(third.configuration, tokens.refresh_token!);
      assert.equal(refresh.active, false);
      const info = openid.fetchUserInfo(third.configuration, tokens.access_token, person.id);
      await assert.rejects(info);
      assert.equal(await errorOf(exchange(third, pending, code.url)), 'invalid_grant');
      assert.equal(errorIn(await visit(visitor, await ask(third, { prompt: 'none' }))), 'login_required');
    };
    await refused();
    await ground.db.write((m) => liftNo(ground, m, scope, 'administrator'));
    await refused();
    Object.assign(stage.provider.subject, honest);
  });

  it('a sign-out by an administrator ends every grant, offline ones too; the person may begin anew', async () => {
    const { ground } = stage.carillon.house;
    const person = await stage.company.member('olga.rogue', 'Pro', 'sub-olga');
    const honest = { ...stage.provider.subject };
    Object.assign(stage.provider.subject, { sub: 'sub-olga', email: 'olga.rogue@acme.example' });
    const third = await stage.application({ name: 'Offline' });
    const visitor = stage.carillon.visitor();
    const grant = async () => {
      const asked = await ask(third, { scope: 'openid profile offline_access', prompt: 'consent' });
      const page = await visit(visitor, asked);
      const entered = page.url.includes('/signin') ? await enter(visitor, page, 'olga.rogue@acme.example') : page;
      return exchange(third, asked, (await allow(visitor, entered)).url);
    };
    try {
      const tokens = await grant();
      await signOutUser(ground, stage.company.scope, person.id);
      assert.equal(
        await errorOf(openid.refreshTokenGrant(third.configuration, tokens.refresh_token!)),
        'invalid_grant',
      );
      assert.equal((await openid.tokenIntrospection(third.configuration, tokens.access_token)).active, false);
      assert.equal((await visitor.send('/session')).status, 401);
      const again = await grant();
      assert.ok((await openid.refreshTokenGrant(third.configuration, again.refresh_token!)).access_token);
      const old = await openid.tokenIntrospection(third.configuration, tokens.refresh_token!);
      assert.equal(old.active, false, 'what was ended does not come back');
    } finally {
      Object.assign(stage.provider.subject, honest);
    }
  });
});
