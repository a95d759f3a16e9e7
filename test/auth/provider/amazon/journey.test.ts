import assert from 'node:assert/strict';
import { UserTable } from '../../../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { address } from '../../pages/support.ts';
import { allow, isBack, type OpenIdStage, setOpenIdStage, signedIn } from '../stage.ts';
import {
  amazonApplication,
  askUrl,
  codeFor,
  exchangeForm,
  profile,
  refreshForm,
  token,
  tokenInfo,
  tokensFor,
} from './stage.ts';

describeOnEachEngine('Login with Amazon: journeys', () => {
  let stage: OpenIdStage;
  before(async () => {
    stage = await setOpenIdStage();
  });
  after(() => stage.stop());

  it('signs somebody in to an application: sign-in page, consent once, code, tokens, profile, tokeninfo', async () => {
    const application = await amazonApplication(stage);
    const visitor = stage.carillon.visitor();
    const page = await visitor.open(askUrl(stage, application), isBack);
    assert.match(page.url, /\/signin\?/);
    const consent = await visitor.follow(
      await visitor.post('/signin', { ...page.fields('/signin'), email: address }),
      isBack,
    );
    assert.match(consent.text, /Allow Shop\?.*rosa\.rogue.*your name and your e-mail address/s);
    assert.doesNotMatch(consent.text, /permission tier|postal code/);
    const back = new URL((await allow(visitor, consent)).url).searchParams;
    assert.deepEqual([back.get('state'), back.get('scope')], ['a state', 'profile']);
    assert.equal(back.get('iss'), stage.carillon.url);
    const { status, body } = await token(stage, exchangeForm(application, back.get('code') ?? ''));
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).toSorted(), ['access_token', 'expires_in', 'refresh_token', 'token_type']);
    assert.match(body['access_token'] ?? '', /^Atza\|[\w-]{40,}$/);
    assert.match(body['refresh_token'] ?? '', /^Atzr\|[\w-]{40,}$/);
    assert.equal(body['token_type'], 'bearer');
    const person = await profile(stage, body['access_token'] ?? '', 'address');
    const userId = String(person.body['user_id']);
    assert.match(userId, /^amzn1\.account\.[A-Z2-7]{28}$/);
    assert.deepEqual(person.body, { user_id: userId, email: address, name: 'rosa.rogue' });
    const info = await tokenInfo(stage, body['access_token'] ?? '', 'address');
    const { exp, iat, ...rest } = info.body;
    const appId = `amzn1.application.${application.client.id.replaceAll('-', '')}`;
    assert.deepEqual(rest, { iss: stage.carillon.url, user_id: userId, aud: application.client.id, app_id: appId });
    assert.ok(Number(exp) > 0 && Number(exp) <= Number(body['expires_in']));
    assert.ok(Math.abs(Number(iat) - Date.now() / 1000) < 60);

    const again = await visitor.open(askUrl(stage, application), isBack);
    assert.ok(isBack(again.url), 'neither sign-in nor consent is asked for again');
    const more = await visitor.open(askUrl(stage, application, { scope: 'profile postal_code' }), isBack);
    assert.match(more.text, /the postal code of your address/, 'for more than was agreed to, they are asked');
  });

  it('tells the user_id alone for profile:user_id, and asks nobody', async () => {
    const application = await amazonApplication(stage);
    const visitor = await signedIn(stage);
    const back = await visitor.open(askUrl(stage, application, { scope: 'profile:user_id' }), isBack);
    const code = new URL(back.url).searchParams.get('code') ?? '';
    const { body } = await token(stage, exchangeForm(application, code));
    const told = await profile(stage, body['access_token'] ?? '');
    assert.deepEqual(Object.keys(told.body), ['user_id']);
    const full = await tokensFor(stage, application, visitor);
    assert.equal((await profile(stage, full.access_token)).body['user_id'], told.body['user_id']);
  });

  it('tells the postal code that the directory has pushed, to who asked for it', async () => {
    const { db } = stage.carillon.house.ground;
    const application = await amazonApplication(stage, { firstParty: true });
    const visitor = await signedIn(stage);
    const scope = 'profile:user_id postal_code';
    const told = async (): Promise<string[]> => {
      const tokens = await tokensFor(stage, application, visitor, { scope });
      const { body } = await profile(stage, tokens.access_token);
      return Object.entries(body).map(([name, value]) => (name === 'user_id' ? name : `${name}: ${String(value)}`));
    };
    assert.deepEqual(await told(), ['user_id'], 'nobody has said one');
    const { profile: before } = (await db.read.findOneBy(UserTable, { id: stage.userId }))!;
    const addresses = [{ type: 'home', postalCode: '98101' }, { type: 'work', postalCode: '98052' }, { primary: true }];
    await db.write((m) => m.update(UserTable, { id: stage.userId }, { profile: { ...before, addresses } }));
    assert.deepEqual(await told(), ['user_id', 'postal_code: 98052']);
  });

  it('security check 8: Login with Amazon tells no address whose domain the account has not proved', async () => {
    const { db } = stage.carillon.house.ground;
    const application = await amazonApplication(stage, { firstParty: true });
    const tokens = await tokensFor(stage, application, await signedIn(stage));
    const told = async (): Promise<unknown> => (await profile(stage, tokens.access_token)).body['email'];
    assert.equal(await told(), address);
    await db.write((m) => m.update(UserTable, { id: stage.userId }, { primaryDomain: 'elsewhere.example' }));
    assert.equal(await told(), undefined);
    await db.write((m) => m.update(UserTable, { id: stage.userId }, { primaryDomain: 'acme.example' }));
    assert.equal(await told(), address);
  });

  it('takes an access token in each of Amazon’s three ways, and a client secret in both of its', async () => {
    const application = await amazonApplication(stage);
    const visitor = await signedIn(stage);
    const code = await codeFor(visitor, askUrl(stage, application));
    const { client_id: id, client_secret: secret, ...form } = exchangeForm(application, code);
    const { body } = await token(stage, form, { authorization: `Basic ${btoa(`${id}:${secret}`)}` });
    for (const way of ['address', 'header', 'own header'] as const) {
      assert.equal((await profile(stage, body['access_token'] ?? '', way)).status, 200, way);
      assert.equal((await tokenInfo(stage, body['access_token'] ?? '', way)).status, 200, way);
    }
  });

  it('rotates refresh tokens, and the first access token goes on until it expires', async () => {
    const application = await amazonApplication(stage);
    const tokens = await tokensFor(stage, application, await signedIn(stage));
    const { status, body } = await token(stage, refreshForm(application, tokens.refresh_token));
    assert.equal(status, 200);
    assert.notEqual(body['refresh_token'], tokens.refresh_token);
    assert.equal((await profile(stage, body['access_token'] ?? '')).status, 200);
    assert.equal((await profile(stage, tokens.access_token)).status, 200);
  });

  it('knows one person by another id in each sector, and by the same where the administrator says so', async () => {
    const visitor = await signedIn(stage);
    const idAt = async (input: { sectorIdentifier?: string; subjectType?: string }): Promise<unknown> => {
      const tokens = await tokensFor(stage, await amazonApplication(stage, input), visitor);
      return (await profile(stage, tokens.access_token)).body['user_id'];
    };
    const [one, other] = [await idAt({}), await idAt({})];
    assert.notEqual(one, other, 'without a host of its own each application is a sector');
    const shop = { sectorIdentifier: 'shop.example' };
    assert.equal(await idAt(shop), await idAt(shop));
    assert.equal(await idAt({ subjectType: 'public' }), await idAt({ subjectType: 'public' }));
  });
});
