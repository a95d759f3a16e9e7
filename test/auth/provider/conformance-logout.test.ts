import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose';
import * as openid from 'openid-client';
import { sayNo } from '../../../src/users/lifecycle/causes.ts';
import type { Page } from '../../support/page.ts';
import { portOf } from '../../support/port.ts';
import { until } from '../../support/until.ts';
import type { Visitor } from '../../support/visitor.ts';
import {
  afterLogout,
  type Application,
  authorize,
  isBack,
  type OpenIdStage,
  setOpenIdStage,
  signedIn,
} from './stage.ts';

let stage: OpenIdStage;
/** The organisation's own, so that nobody is asked. */
let own: Application;
let visitor: Visitor;
let rp: Server;
const told: string[] = [];

const endSession = (parameters: Record<string, string> = {}): string =>
  openid.buildEndSessionUrl(own.configuration, parameters).href;
const confirmed = async (who: Visitor, page: Page): Promise<Page> => {
  const action = `${stage.issuer}/logout/confirm`;
  return who.follow(await who.post(action, { ...page.fields(action), logout: 'yes' }), isBack);
};
const logoutToken = async (count: number): Promise<JWTPayload> => {
  const token = await until(() => told.length >= count && told.at(-1));
  const keys = createRemoteJWKSet(new URL(`${stage.issuer}/jwks`));
  return (await jwtVerify(token, keys, { issuer: stage.issuer, typ: 'logout+jwt' })).payload;
};

const backchannel = (session: boolean): Promise<Application> =>
  stage.application({
    firstParty: true,
    backchannelLogoutUri: `http://127.0.0.1:${portOf(rp)}/logout`,
    backchannelLogoutSession: session,
  });

/** The cases of the OpenID Foundation's logout plans, in our own words. */
const plans: Record<string, Record<string, () => Promise<void>>> = {
  'RP-initiated logout OP': {
    'asks, ends the session, and goes to the registered address with the state': async () => {
      const person = await signedIn(stage);
      const { id_token: hint } = await authorize(own, person);
      const page = await person.open(
        endSession({ id_token_hint: hint!, post_logout_redirect_uri: afterLogout, state: 's' }),
      );
      assert.match(page.text, /Sign out\?/);
      assert.equal((await confirmed(person, page)).url, `${afterLogout}?state=s`);
      assert.equal((await person.send('/session')).status, 401);
    },
    'works with client_id instead of a hint, and by POST': async () => {
      const person = await signedIn(stage);
      const form = { client_id: own.client.id, post_logout_redirect_uri: afterLogout };
      const page = await person.follow(await person.post(`${stage.issuer}/logout`, form));
      assert.equal((await confirmed(person, page)).url, afterLogout);
    },
    'without parameters it ends on a page of ours': async () => {
      const person = await signedIn(stage);
      const page = await confirmed(person, await person.open(`${stage.issuer}/logout`));
      assert.match(page.text, /You have signed out/);
    },
    'an address that is not registered is a page, and signs nobody out': async () => {
      const { id_token: hint } = await authorize(own, visitor);
      for (const uri of ['http://127.0.0.1:1/other', `${afterLogout}?x`, 'https://evil.example/', `${afterLogout}#x`]) {
        const page = await visitor.open(endSession({ id_token_hint: hint!, post_logout_redirect_uri: uri }));
        assert.deepEqual([page.status, page.location], [400, null], uri);
      }
      assert.equal((await visitor.send('/session')).status, 200);
    },
    'a hint that was changed, or is not ours, is refused': async () => {
      const { id_token: hint } = await authorize(own, visitor);
      const [head, payload, signature] = hint!.split('.');
      const forged = `${head}.${payload}.${signature!.split('').toReversed().join('')}`;
      for (const bad of [forged, 'nonsense', `${head}.${payload}.`])
        assert.equal((await visitor.open(endSession({ id_token_hint: bad }))).status, 400);
    },
    'an address without a hint or client goes nowhere': async () => {
      const person = await signedIn(stage);
      const page = await person.open(
        `${stage.issuer}/logout?post_logout_redirect_uri=${encodeURIComponent(afterLogout)}`,
      );
      assert.match((await confirmed(person, page)).text, /You have signed out/);
    },
    'the form of another browser signs nobody out': async () => {
      const [one, other] = [await signedIn(stage), await signedIn(stage)];
      const page = await one.open(endSession());
      const action = `${stage.issuer}/logout/confirm`;
      assert.equal((await other.post(action, { ...page.fields(action), logout: 'yes' })).status, 400);
      assert.equal((await other.send('/session')).status, 200);
    },
  },
  'Back-Channel logout OP': {
    'tells the application when the person signs out there: sid, sub, aud, events, no nonce': async () => {
      const application = await backchannel(true);
      const person = await signedIn(stage);
      const { id_token: hint } = await authorize(application, person);
      const { sid } = decodeJwt(hint!);
      assert.ok(sid);
      const before = told.length;
      await confirmed(person, await person.open(endSession({ client_id: application.client.id })));
      const claims = await logoutToken(before + 1);
      assert.deepEqual([claims.aud, claims.sub, claims['sid']], [application.client.id, stage.userId, sid]);
      assert.deepEqual(claims['events'], { 'http://schemas.openid.net/event/backchannel-logout': {} });
      assert.equal('nonce' in claims, false);
      assert.ok(claims.jti && claims.iat && claims.exp);
    },
    'the sid is the same at each sign-in of one session, and another in another': async () => {
      const application = await backchannel(true);
      const [one, other] = [await signedIn(stage), await signedIn(stage)];
      const sid = async (who: Visitor) => decodeJwt((await authorize(application, who)).id_token!)['sid'];
      const first = await sid(one);
      assert.equal(await sid(one), first);
      assert.notEqual(await sid(other), first);
    },
    'tells it when the person signs out at Carillon itself': async () => {
      const application = await backchannel(true);
      const person = await signedIn(stage);
      await authorize(application, person);
      const before = told.length;
      await person.postFrom('/me', '/me/sign-out');
      assert.equal((await logoutToken(before + 1)).aud, application.client.id);
    },
    'tells it when an administrator says no, without a browser': async () => {
      const { ground } = stage.carillon.house;
      const person = await stage.company.member('otto.rogue', 'Pro', 'sub-otto');
      const honest = { ...stage.provider.subject };
      Object.assign(stage.provider.subject, { sub: 'sub-otto', email: 'otto.rogue@acme.example' });
      const application = await backchannel(true);
      await authorize(application, await signedIn(stage));
      Object.assign(stage.provider.subject, honest);
      const before = told.length;
      await ground.db.write((m) =>
        sayNo(ground, m, { ...stage.company.scope, id: person.id }, 'administrator', 'test'),
      );
      const claims = await logoutToken(before + 1);
      assert.deepEqual([claims.aud, claims.sub], [application.client.id, person.id]);
    },
  },
};

describe('OpenID provider: conformance of logout', function () {
  this.timeout(60_000);
  before(async () => {
    rp = createServer((req, res) => {
      let text = '';
      req.on('data', (chunk: Buffer) => (text += chunk.toString()));
      req.on('end', () => {
        told.push(new URLSearchParams(text).get('logout_token') ?? '');
        res.end();
      });
    });
    rp.listen(0, '127.0.0.1');
    await once(rp, 'listening');
    stage = await setOpenIdStage({ signInRate: 1_000_000 });
    own = await stage.application({ firstParty: true });
    visitor = await signedIn(stage);
  });
  after(async () => {
    await stage.stop();
    rp.close();
    rp.closeAllConnections();
  });

  for (const [plan, cases] of Object.entries(plans)) {
    describe(plan, () => {
      for (const [name, check] of Object.entries(cases)) it(`security check 1: ${name}`, check);
    });
  }
});
