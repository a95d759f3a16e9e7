import assert from 'node:assert/strict';
import { AdministratorTable } from '../../src/access/administrators/administrator.entity.ts';
import { resetAdministrator } from '../../src/access/administrators/manage.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import { amzTime, send, signed } from '../support/signer.ts';
import type { Visitor } from '../support/visitor.ts';
import { type Running, signedIn, startConsole } from './support.ts';
import { describeOnEachEngine } from '../support/engines.ts';

const path = '/console/access-keys';

describeOnEachEngine('console: access keys', () => {
  let running: Running;
  let browser: Visitor;
  before(async () => {
    running = await startConsole();
    browser = await signedIn(running);
  });
  after(() => running.stop());

  async function list(accessKeyId: string, secret: string): Promise<number> {
    const { url } = running;
    const headers: [string, string][] = [
      ['Host', new URL(url).host],
      ['X-Amz-Date', amzTime(clock.now())],
    ];
    return (await send(url, signed({ method: 'GET', target: '/accounts', headers }, { accessKeyId, secret }))).status;
  }

  it('are made with the secret shown once, turned off and on, and deleted after a question', async () => {
    const empty = await browser.get(path);
    assert.match(empty.text, /You have no access key yet/);
    const shown = await empty.submit(path, {});
    const id = /CKIA[A-Z2-7]{16}/.exec(shown.text)?.[0] ?? '';
    const secret = /<code class="code copy">([A-Za-z0-9]{40})<\/code>/.exec(shown.body)?.[1] ?? '';
    assert.equal(await list(id, secret), 200);

    const page = await browser.get(path);
    assert.ok(page.text.includes(id) && !page.body.includes(secret));
    const off = await page.submit(`${path}/${id}/deactivate`, {});
    assert.match(off.text, /The access key is off/);
    assert.equal(await list(id, secret), 403);
    const on = await off.submit(`${path}/${id}/activate`, {});
    assert.match(on.text, /The access key is on again/);
    assert.equal(await list(id, secret), 200);

    const second = await on.submit(path, {});
    assert.match(second.text, /Copy the secret access key now/);
    const full = await browser.get(path);
    assert.match(full.text, /You have two access keys/);

    const asked = await browser.get(`${path}/${id}/delete`);
    assert.match(asked.text, /It cannot be brought back/);
    const gone = await asked.submit(`${path}/${id}/delete`, {});
    assert.match(gone.text, /The access key was deleted/);
    assert.ok(!gone.text.includes(id));
    assert.equal(await list(id, secret), 403);
    assert.equal((await browser.get(`${path}/${id}/delete`)).status, 404);
    const names = (await running.changes()).map(({ eventName }) => eventName).slice(-5);
    assert.deepEqual(names, [
      'CreateAccessKey',
      'UpdateAccessKey',
      'UpdateAccessKey',
      'CreateAccessKey',
      'DeleteAccessKey',
    ]);
  });

  it('go on when the password is changed, whose page says so, and end with a reset', async () => {
    const page = await browser.get(path);
    const shown = await page.submit(path, {});
    const id = /CKIA[A-Z2-7]{16}/.exec(shown.text)?.[0] ?? '';
    const secret = /<code class="code copy">([A-Za-z0-9]{40})<\/code>/.exec(shown.body)?.[1] ?? '';
    assert.equal(await list(id, secret), 200);
    const form = await browser.get('/console/security/password');
    assert.match(form.text, /Your access keys go on working/);
    assert.ok(form.link(path));
    const typed = { password: 'nine lapwings over barley', again: 'nine lapwings over barley' };
    assert.match((await form.submit('/console/security/password', typed)).text, /password/i);
    assert.equal(await list(id, secret), 200);
    const { ground, sessions } = running.house;
    const { id: administratorId, organisationId } = (await ground.db.read.findOneBy(AdministratorTable, {}))!;
    await resetAdministrator(ground, sessions, { organisationId, actorId: null }, administratorId);
    assert.equal(await list(id, secret), 403);
  });
});
