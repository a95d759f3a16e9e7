import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { allow, ask, authorize, exchange, isBack, type OpenIdStage, setOpenIdStage, signedIn, visit } from './stage.ts';
import { address } from '../pages/support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

describeOnEachEngine('OpenID provider: journeys', () => {
  let stage: OpenIdStage;
  before(async () => {
    stage = await setOpenIdStage();
  });
  after(() => stage.stop());

  it('signs somebody in to an application: sign-in page, consent, code, tokens, userinfo', async () => {
    const application = await stage.application();
    const visitor = stage.carillon.visitor();
    const asked = await ask(application, { login_hint: address });
    const page = await visit(visitor, asked);
    assert.match(page.url, /\/signin\?/);
    assert.equal(page.fields('/signin')['email'], address);
    const sent = await visitor.post('/signin', page.fields('/signin'));
    const consent = await visitor.follow(sent, isBack);
    assert.match(consent.text, /Allow Wiki\?.*rosa\.rogue.*your e-mail address.*permission tier/s);
    const back = await allow(visitor, consent);
    assert.equal(new URL(back.url).searchParams.get('iss'), stage.issuer);
    const tokens = await exchange(application, asked, back.url);
    const claims = tokens.claims()!;
    assert.equal(claims.sub, stage.userId);
    assert.ok(claims.auth_time);
    assert.equal('email' in claims, false);
    const info = await openid.fetchUserInfo(application.configuration, tokens.access_token, claims.sub);
    assert.equal(info.email, address);
    assert.equal(info.email_verified, true);
    assert.equal(info['tier'], 'Pro');
    assert.equal(info['account_id'], stage.company.scope.accountId);
    assert.equal(info['organisation_id'], stage.company.scope.organisationId);

    const again = await visit(visitor, await ask(application));
    assert.ok(isBack(again.url), 'neither sign-in nor consent is asked for again');
  });

  it('rotates refresh tokens', async () => {
    const application = await stage.application({ firstParty: true });
    const visitor = await signedIn(stage);
    const tokens = await authorize(application, visitor);
    assert.ok(tokens.refresh_token);
    const more = await openid.refreshTokenGrant(application.configuration, tokens.refresh_token);
    assert.notEqual(more.refresh_token, tokens.refresh_token);
    assert.equal(more.claims()?.sub, stage.userId);
  });
});
