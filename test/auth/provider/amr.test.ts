import assert from 'node:assert/strict';
import * as openid from 'openid-client';
import { createAccount } from '../../../src/accounts/accounts/accounts.ts';
import { addFactor } from '../../../src/auth/credentials/factors/factors.ts';
import { enrolTotp, offerTotp } from '../../../src/auth/credentials/factors/totp.ts';
import { personHolder } from '../../../src/auth/people/holder.ts';
import { letIn } from '../../../src/auth/people/let-in.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { registerPerson } from '../../../src/users/lifecycle/register.ts';
import type { User } from '../../../src/users/user.entity.ts';
import { appCode } from '../../console/support.ts';
import type { Visitor } from '../../support/visitor.ts';
import { authorize, type OpenIdStage, setOpenIdStage } from './stage.ts';

describe('what relying parties are told of how an own account signed in', function () {
  this.timeout(60_000);
  let stage: OpenIdStage;
  let user: User;
  beforeEach(async () => {
    stage = await setOpenIdStage();
    const { ground } = stage.carillon.house;
    const { organisationId } = stage.company.scope;
    const { id: accountId } = await createAccount(ground, organisationId, { name: 'Team' });
    const scope = { organisationId, accountId };
    user = await ground.db.write((m) => registerPerson(ground, m, scope, { address: 'ada@any.example' }));
  });
  afterEach(async () => {
    await stage.stop();
    clock.reset();
  });

  /** Proved in this browser by what is named; in, or a step further. */
  async function prove(visitor: Visitor, by: 'password' | 'passkey', amr: string): Promise<string> {
    await visitor.get('/signin');
    const { ground, sessions } = stage.carillon.house;
    const browser = visitor.jar().get('carillon_browser') ?? '';
    const proof = { userId: user.id, by, target: '/me', authTime: clock.now(), amr };
    const entered = await letIn(ground, sessions, proof, { browser, device: undefined, previous: null });
    visitor.jar().set(entered.step === 'in' ? 'carillon_session' : 'carillon_second', entered.token);
    return entered.step;
  }

  async function addApp(): Promise<string> {
    const { ground } = stage.carillon.house;
    const holder = personHolder(user);
    const { secret, offered } = await offerTotp(ground, holder);
    const code = await appCode(secret, -1);
    await addFactor(ground, holder, 'EnableTotp', () => enrolTotp(ground, holder, offered, code));
    return secret;
  }

  it('amr has each method of RFC 8176 that was shown, and mfa when there were two', async () => {
    const wiki = await stage.application({ firstParty: true });
    const told = async (visitor: Visitor): Promise<unknown> => (await authorize(wiki, visitor)).claims()?.['amr'];
    const alone = stage.carillon.visitor();
    assert.equal(await prove(alone, 'password', 'pwd'), 'in');
    assert.deepEqual(await told(alone), ['pwd']);
    const byPasskey = stage.carillon.visitor();
    assert.equal(await prove(byPasskey, 'passkey', 'swk mfa'), 'in');
    assert.deepEqual(await told(byPasskey), ['swk', 'mfa']);
    const secret = await addApp();
    const both = stage.carillon.visitor();
    assert.equal(await prove(both, 'password', 'pwd'), 'second');
    const page = await both.get('/signin/second');
    assert.equal((await page.submit('/signin/second', { code: await appCode(secret) })).title, 'You are signed in');
    assert.deepEqual(await told(both), ['pwd', 'otp', 'mfa']);
  });

  it('a further proof signs out of no application', async () => {
    const wiki = await stage.application({ firstParty: true });
    const secret = await addApp();
    const visitor = stage.carillon.visitor();
    await prove(visitor, 'passkey', 'hwk mfa');
    const first = await authorize(wiki, visitor, { scope: 'openid offline_access', prompt: 'consent' });
    clock.advance(11 * 60_000);
    const asked = await visitor.get('/me/security/recovery-codes');
    assert.equal(asked.title, 'Is it you?');
    const back = await asked.submit('/me/security/confirm', { code: await appCode(secret) });
    assert.equal(back.title, 'New recovery codes?');
    const again = await openid.refreshTokenGrant(wiki.configuration, first.refresh_token ?? '');
    assert.ok(again.access_token);
    assert.equal((await authorize(wiki, visitor)).claims()?.['sid'], first.claims()?.['sid']);
  });
});
