import assert from 'node:assert/strict';
import { sayNo } from '../../../src/users/lifecycle/causes.ts';
import { address, nobody, setStage, signIn, type Stage, trailOf, whoIsIn } from './support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

describeOnEachEngine('auth pages: the journey of a person', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await setStage();
  });
  afterEach(() => stage.stop());

  it('goes from the address through the provider to the page that says who one is', async () => {
    const { carillon, provider, userId } = stage;
    const visitor = carillon.visitor();
    assert.match((await visitor.open('/')).url, /\/signin$/);
    assert.equal((await visitor.send('/me')).headers.get('location'), '/signin?target=/me');

    const sent = await visitor.postFrom('/signin', '/signin', { email: address });
    assert.equal(sent.status, 303);
    const to = new URL(sent.headers.get('location') ?? '');
    assert.equal(to.origin + to.pathname, `${provider.issuer}/authorize`);
    assert.equal(to.searchParams.get('login_hint'), address);
    assert.equal(to.searchParams.get('code_challenge_method'), 'S256');
    assert.ok(to.searchParams.get('nonce'));

    const me = await visitor.follow(sent);
    assert.equal(me.url, `${carillon.url}/me`);
    for (const words of [/rosa\.rogue/, /Acme/, />Pro</, /“Carillon Pro of rosa\.rogue”, which gives Pro/, /primary/])
      assert.match(me.body, words);
    assert.match(me.body, /Firefox on Linux/);
    assert.match(me.body, /127\.0\.0\.1/);
    assert.match(me.body, /this device/);
    assert.deepEqual(await whoIsIn(stage), { sessions: 1, identities: 1 });
    assert.equal((await trailOf(stage, 'SignIn'))[0]?.errorMessage, null);

    const check = JSON.parse((await visitor.send('/session')).body) as Record<string, unknown>;
    const { sessionId, expiresAt, ...rest } = check;
    assert.ok(sessionId && Date.parse(String(expiresAt)) > Date.now());
    const { organisationId, accountId } = stage.company.scope;
    assert.deepEqual(rest, {
      active: true,
      userId,
      accountId,
      organisationId,
      tier: 'Pro',
      displayName: 'rosa.rogue',
    });
    assert.match((await visitor.open('/')).url, /\/me$/);
  });

  it('goes to the wanted page afterwards, on this origin alone', async () => {
    const { carillon } = stage;
    const to = async (target: string): Promise<string | null> => {
      const visitor = carillon.visitor();
      const sent = await visitor.postFrom('/signin', '/signin', { email: address, target });
      const { url } = await visitor.follow(sent, (location) => location.includes('/callback'));
      return (await visitor.send(url)).headers.get('location');
    };
    assert.equal(await to('/me?x=1#here'), '/me?x=1#here');
    for (const target of [
      '//evil.example',
      '/\\evil.example',
      '/.//evil.example',
      'https://evil.example',
      '/\t/e',
      'x',
    ])
      assert.equal(await to(target), '/me', target);
  });

  it('security check 9: gives another session at each sign-in, and ends the one before it', async () => {
    const visitor = stage.carillon.visitor();
    await signIn(visitor);
    const before = visitor.jar().get('carillon_session') ?? '';
    await signIn(visitor);
    assert.notEqual(visitor.jar().get('carillon_session'), before);
    const other = stage.carillon.visitor();
    other.jar().set('carillon_session', before);
    const check = await other.send('/session');
    assert.equal(check.status, 401);
    assert.match(check.body, /"because":"signedInAgain"/);
    assert.deepEqual(await whoIsIn(stage), { sessions: 1, identities: 1 });
  });

  it('says whom to ask when no group gives access', async () => {
    const { provider, company } = stage;
    await company.person('nora', 'sub-nora');
    Object.assign(provider.subject, { sub: 'sub-nora', email: 'nora@acme.example' });
    const page = await signIn(stage.carillon.visitor(), 'nora@acme.example');
    assert.equal(page.status, 403);
    assert.match(page.body, /none of the groups that give access/);
    assert.match(page.body, /The account is Acme\./);
    assert.deepEqual(await whoIsIn(stage), nobody);
    const [record] = await trailOf(stage, 'SignIn');
    assert.match(record?.errorMessage ?? '', /^signIn\.notEntitled/);
  });

  it('refuses whom the directory has not pushed, and whom it has deactivated', async () => {
    const { carillon, provider, company, userId } = stage;
    const { ground } = carillon.house;
    await ground.db.write((m) => sayNo(ground, m, { ...company.scope, id: userId }, 'directory', 'test'));
    const inactive = await signIn(carillon.visitor());
    assert.equal(inactive.status, 403);
    assert.match(inactive.body, /directory says that your access is not active/);
    Object.assign(provider.subject, { sub: 'nobody', email: 'nobody@acme.example' });
    const unknown = await signIn(carillon.visitor());
    assert.equal(unknown.status, 403);
    assert.match(unknown.body, /has not given you access yet/);
    assert.deepEqual(await whoIsIn(stage), nobody);
  });
});
