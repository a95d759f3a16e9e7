import assert from 'node:assert/strict';
import { decodeProtectedHeader } from 'jose';
import * as openid from 'openid-client';
import {
  afterLogout,
  allow,
  ask,
  authorize,
  callback,
  errorOf,
  isBack,
  type OpenIdStage,
  setOpenIdStage,
  signedIn,
  visit,
} from './stage.ts';
import { address, trailOf } from '../pages/support.ts';

describe('OpenID provider: the other flows', () => {
  let stage: OpenIdStage;
  before(async () => {
    stage = await setOpenIdStage();
  });
  after(() => stage.stop());

  it('signs out by the application: asked, with our session, and back to the exact address', async () => {
    const application = await stage.application({ firstParty: true });
    const visitor = await signedIn(stage);
    const tokens = await authorize(application, visitor);
    const url = openid.buildEndSessionUrl(application.configuration, {
      id_token_hint: tokens.id_token!,
      post_logout_redirect_uri: afterLogout,
      state: 'xyz',
    });
    const page = await visitor.open(url.href);
    assert.match(page.text, /Wiki asks whether you want to sign out/);
    assert.match(page.headers.get('content-security-policy') ?? '', /form-action 'self' http:\/\/127\.0\.0\.1:1/);
    const action = `${stage.issuer}/logout/confirm`;
    const fields = page.fields(action);
    assert.equal((await visitor.post(action, { ...fields, xsrf: '0'.repeat(48), logout: 'yes' })).status, 400);
    assert.equal(JSON.parse((await visitor.send('/session')).body).active, true, 'a forged form signs nobody out');
    const out = await visitor.post(action, { ...fields, logout: 'yes' });
    assert.equal(out.location, `${afterLogout}?state=xyz`);
    assert.equal((await visitor.send('/session')).status, 401);
    assert.equal((await trailOf(stage, 'SignOut')).length, 1);
    assert.equal(
      await errorOf(openid.refreshTokenGrant(application.configuration, tokens.refresh_token!)),
      'invalid_grant',
    );
    const info = openid.fetchUserInfo(application.configuration, tokens.access_token, stage.userId);
    await assert.rejects(info, /401|invalid_token|WWW-Authenticate/);
    const foreign = openid.buildEndSessionUrl(application.configuration, {
      id_token_hint: tokens.id_token!,
      post_logout_redirect_uri: `${afterLogout}/`,
    });
    assert.equal((await visitor.open(foreign.href)).status, 400);
  });

  it('leaves somebody who does not want to sign out where they are', async () => {
    const application = await stage.application({ firstParty: true });
    const visitor = await signedIn(stage);
    await authorize(application, visitor);
    const page = await visitor.open(openid.buildEndSessionUrl(application.configuration).href);
    const action = `${stage.issuer}/logout/confirm`;
    const stays = await visitor.follow(await visitor.post(action, page.fields(action)));
    assert.match(stays.url, /\/me$/);
  });

  it('keeps offline access after the session, and nothing else', async () => {
    const application = await stage.application();
    const visitor = await signedIn(stage);
    const offline = await authorize(application, visitor, {
      scope: 'openid profile email account offline_access',
      prompt: 'consent',
    });
    const bound = await authorize(application, visitor);
    await visitor.postFrom('/me', '/me/sign-out');
    assert.equal(
      await errorOf(openid.refreshTokenGrant(application.configuration, bound.refresh_token!)),
      'invalid_grant',
    );
    const more = await openid.refreshTokenGrant(application.configuration, offline.refresh_token!, {
      scope: 'openid email',
    });
    const info = await openid.fetchUserInfo(application.configuration, more.access_token, stage.userId);
    assert.equal(info.email, address);
  });

  it('gives a service tokens of its own, with its scopes and audience', async () => {
    const audience = 'https://reports.acme.example';
    const service = await stage.application({ kind: 'service', scopes: ['reports.read'], audience });
    const tokens = await openid.clientCredentialsGrant(service.configuration, { scope: 'reports.read reports.write' });
    assert.equal(tokens.scope, 'reports.read');
    const told = await openid.tokenIntrospection(service.configuration, tokens.access_token);
    assert.deepEqual([told.active, told.aud, told.scope, told.sub], [true, audience, 'reports.read', undefined]);
    await openid.tokenRevocation(service.configuration, tokens.access_token);
    assert.equal((await openid.tokenIntrospection(service.configuration, tokens.access_token)).active, false);
  });

  it('gives a JWT of at most five minutes to a client that asks for its resource', async () => {
    const audience = 'https://api.acme.example/v1';
    const application = await stage.application({
      accessTokenFormat: 'jwt',
      audience,
      firstParty: true,
      scopes: ['openid', 'api.read'],
    });
    const visitor = await signedIn(stage);
    const asked = await ask(application, { scope: 'openid api.read', resource: audience });
    const page = await visit(visitor, asked);
    const tokens = await openid.authorizationCodeGrant(
      application.configuration,
      new URL(page.url),
      { pkceCodeVerifier: asked.verifier, expectedNonce: asked.nonce, expectedState: asked.state },
      { resource: audience },
    );
    const header = decodeProtectedHeader(tokens.access_token);
    assert.equal(header.typ, 'at+jwt');
    const claims = JSON.parse(Buffer.from(tokens.access_token.split('.')[1]!, 'base64url').toString());
    assert.deepEqual([claims.aud, claims.scope, claims.client_id], [audience, 'api.read', application.client.id]);
    assert.ok(claims.exp - claims.iat <= 300);
    const other = await visit(
      visitor,
      await ask(application, { scope: 'openid', resource: 'https://elsewhere.example' }),
    );
    assert.equal(new URL(other.url).searchParams.get('error'), 'invalid_target');
  });

  it('connects a device: code, sign-in, a warning that names the device, consent, tokens', async () => {
    const device = await stage.application({ kind: 'device', name: 'Room screen' });
    const scope = 'openid profile';
    const begun = await openid.initiateDeviceAuthorization(device.configuration, { scope });
    const visitor = stage.carillon.visitor();
    const typed = await visitor.open(begun.verification_uri);
    const action = `${stage.issuer}/device`;
    const wrong = await visitor.post(action, { ...typed.fields(action), user_code: 'BBBB-BBBB' });
    assert.match(wrong.text, /no device waiting with that code/);
    const confirm = await visitor.post(action, { ...wrong.fields(action), user_code: begun.user_code.toLowerCase() });
    assert.match(confirm.text, new RegExp(`Connect Room screen\\?.*${begun.user_code}.*127\\.0\\.0\\.1`, 's'));
    const page = await visitor.follow(await visitor.post(action, confirm.fields(action)));
    assert.match(page.url, /\/signin\?/);
    const consent = await visitor.follow(await visitor.post('/signin', { ...page.fields('/signin'), email: address }));
    assert.match(consent.text, /Allow Room screen\?/);
    const done = await allow(visitor, consent);
    assert.match(done.text, /Room screen is connected/);
    const tokens = await openid.pollDeviceAuthorizationGrant(device.configuration, { ...begun, interval: 1 });
    assert.equal(tokens.claims()?.sub, stage.userId);
    assert.equal((await trailOf(stage, 'AuthorizeDevice')).length, 1);

    const second = await openid.initiateDeviceAuthorization(device.configuration, { scope });
    const again = await visitor.open(second.verification_uri_complete!);
    assert.equal(again.status, 200, 'a link never connects by itself');
    const posted = await visitor.post(action, again.fields(action));
    const stopped = await visitor.post(action, { ...posted.fields(action), abort: 'yes' });
    assert.match(stopped.text, /was not connected/);
    assert.equal(
      await errorOf(openid.pollDeviceAuthorizationGrant(device.configuration, { ...second, interval: 1 })),
      'access_denied',
    );
  });

  it('knows a person by another subject in each sector', async () => {
    const visitor = await signedIn(stage);
    const make = (sector: string) =>
      stage.application({ subjectType: 'pairwise', sectorIdentifier: sector, firstParty: true });
    const subs = [];
    for (const sector of ['one.example', 'two.example', 'one.example']) {
      const application = await make(sector);
      const tokens = await authorize(application, visitor);
      const { sub } = tokens.claims()!;
      const info = await openid.fetchUserInfo(application.configuration, tokens.access_token, sub);
      assert.equal(info.sub, sub);
      subs.push(sub);
    }
    assert.equal(subs[0], subs[2]);
    assert.notEqual(subs[0], subs[1]);
    assert.ok(!subs.includes(stage.userId));
  });

  it('takes pushed requests, once', async () => {
    const application = await stage.application({ firstParty: true });
    const visitor = await signedIn(stage);
    const { url } = await ask(application);
    const pushed = await openid.buildAuthorizationUrlWithPAR(application.configuration, url.searchParams);
    assert.ok(isBack((await visitor.open(pushed.href, isBack)).url));
    const second = await visitor.open(pushed.href, isBack);
    assert.ok(!isBack(second.url) || new URL(second.url).searchParams.has('error'), second.url);
  });

  it('answers as a form where that is asked for, and leads on by nothing else', async () => {
    const application = await stage.application({ firstParty: true });
    const visitor = await signedIn(stage);
    const { url, state } = await ask(application, { response_mode: 'form_post' });
    const page = await visitor.open(url.href, isBack);
    assert.equal(page.status, 200);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /form-action 'self' http:\/\/127\.0\.0\.1:1[; ]?/);
    assert.match(policy, /script-src 'self';/);
    const fields = page.fields(callback);
    assert.equal(fields['state'], state);
    assert.equal(fields['iss'], stage.issuer);
    assert.ok(fields['code']);
  });

  it('lists what somebody has agreed to, and ends it when they take it back', async () => {
    const application = await stage.application({ name: 'Notes' });
    const visitor = await signedIn(stage);
    const tokens = await authorize(application, visitor);
    const me = await visitor.get('/me');
    assert.match(me.text, /Applications.*Notes.*your e-mail address/s);
    const page = await me.submit(`/me/applications/${application.client.id}/revoke`);
    assert.doesNotMatch(page.text, /Notes/);
    assert.equal(
      await errorOf(openid.refreshTokenGrant(application.configuration, tokens.refresh_token!)),
      'invalid_grant',
    );
    const asked = await visit(visitor, await ask(application));
    assert.match(asked.text, /Allow Notes\?/);
    const denied = await allow(visitor, asked, 'deny');
    assert.equal(new URL(denied.url).searchParams.get('error'), 'access_denied');
  });

  it('asks again when the scopes grow', async () => {
    const application = await stage.application();
    const visitor = await signedIn(stage);
    await authorize(application, visitor, { scope: 'openid profile' });
    assert.ok(isBack((await visit(visitor, await ask(application, { scope: 'openid profile' }))).url));
    const more = await visit(visitor, await ask(application, { scope: 'openid profile email' }));
    assert.match(more.text, /Allow Wiki\?/);
  });
});
