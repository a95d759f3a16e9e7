import assert from 'node:assert/strict';
import { nobodys } from '../../src/accounts/accounts/nobodys.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { UserCauseTable } from '../../src/users/lifecycle/cause.entity.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import type { User } from '../../src/users/user.entity.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import type { Visitor } from '../support/visitor.ts';
import { organisationOf, type Running, signedIn, startConsole } from './support.ts';

const path = '/console/no-account';

describeOnEachEngine('console: people in no account', function () {
  this.timeout(60_000);
  let running: Running;
  let browser: Visitor;
  let eve: User;
  beforeEach(async () => {
    running = await startConsole();
    browser = await signedIn(running);
    const { ground } = running.house;
    eve = await ground.db.write((m) => registerPerson(ground, m, nobodys, { address: 'eve@own.example' }));
  });
  afterEach(() => running.stop());

  /** From here on this organisation looks after the installation. */
  const lookAfter = (operatorOrganisation: string): unknown =>
    Object.assign(running.house.ground.config, { operatorOrganisation });

  it('are for the organisation that looks after the installation, and for no other a page at all', async () => {
    const asked = [path, `${path}/${eve.id}/suspend`, `${path}/${eve.id}/activate`];
    for (const organisation of [undefined, '999999999999']) {
      if (organisation !== undefined) lookAfter(organisation);
      for (const each of asked) assert.equal((await browser.send(each)).status, 404, each);
      const { csrf } = await browser.send('/console');
      for (const verb of ['suspend', 'activate']) {
        const sent = await browser.post(`${path}/${eve.id}/${verb}`, { csrf, reason: 'Sends spam' });
        assert.equal(sent.status, 404, verb);
      }
      assert.doesNotMatch((await browser.get('/console')).body, /no-account/);
    }
    assert.equal(await running.house.ground.db.read.count(UserCauseTable), 0);
    assert.equal((await running.visitor().send(path)).status, 303, 'nobody signed in is sent to sign in');
  });

  it('are suspended with a reason, and activated, by who has proved it lately', async () => {
    const { ground } = running.house;
    lookAfter(await organisationOf(running));
    assert.match((await browser.get('/console')).body, /href="\/console\/no-account"/);
    const page = await browser.get(`${path}?search=eve`);
    assert.match(page.text, /eve@own\.example.*Unregistered/s);
    const ask = await browser.get(page.link(`${eve.id}/suspend`));
    const bare = await ask.submit(`${path}/${eve.id}/suspend`, { reason: ' ' });
    assert.equal(bare.status, 400);
    assert.match(bare.body, /id="reason-fault"/);
    const done = await bare.submit(`${path}/${eve.id}/suspend`, { reason: 'Sends <spam>' });
    assert.match(done.text, /is suspended, and out everywhere/);
    assert.match(done.text, /Suspended.*Sends <spam>/s);
    assert.equal((await entitlement(ground.db.read, eve.id)).maySignIn, false);
    clock.advance(11 * 60_000);
    const late = await browser.send(`${path}/${eve.id}/activate`);
    assert.match(late.location ?? '', /\/console\/confirm\?target=/);
    const { csrf } = await browser.send(path);
    assert.equal((await browser.post(`${path}/${eve.id}/activate`, { csrf })).status, 303);
    assert.equal((await entitlement(ground.db.read, eve.id)).maySignIn, false, 'not without a further proof');
    clock.reset();
    const activate = await browser.get((await browser.get(path)).link(`${eve.id}/activate`));
    assert.match((await activate.submit(`${path}/${eve.id}/activate`)).text, /suspension is lifted/);
    assert.equal((await entitlement(ground.db.read, eve.id)).maySignIn, true);
    assert.deepEqual(
      (await running.changes()).filter(({ eventName }) => eventName.endsWith('Users')),
      [
        { eventName: 'SuspendUsers', errorCode: null },
        { eventName: 'ActivateUsers', errorCode: null },
      ],
    );
  });

  it('who is in an account is not found there', async () => {
    lookAfter(await organisationOf(running));
    const { csrf } = await browser.send('/console');
    const sent = await browser.post(`${path}/${running.house.ground.config.port}/suspend`, { csrf, reason: 'x' });
    assert.equal(sent.status, 404);
    assert.match((await browser.get(`${path}?search=nobody-like-that`)).text, /Nobody matches/);
  });
});
