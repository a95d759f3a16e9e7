import assert from 'node:assert/strict';
import { runCommand } from '../support/command.ts';
import type { Visitor } from '../support/visitor.ts';
import { addApp, organisationOf, password, type Running, signedIn, signIn, startConsole } from '../console/support.ts';

describe('carillon admin, beside a running server', () => {
  let running: Running;
  let ada: Visitor;
  const admin = (...words: string[]) => runCommand(running.house.ground.config, ['admin', ...words]);

  before(async () => {
    running = await startConsole();
    ada = await signedIn(running);
  });
  after(() => running.stop());

  const accept = async (link: string): Promise<Visitor> => {
    const browser = running.visitor();
    const page = await (await browser.get(link.trim())).submit('/setup', { password, again: password });
    assert.equal(page.title, 'Accounts');
    return browser;
  };

  it('adds one by a link, lists them, and shows where they are signed in', async () => {
    const added = await admin('add', 'Grace');
    assert.equal(added.status, 0);
    await accept(added.stdout);
    const list = (await admin('list', '--json')).json();
    assert.deepEqual(
      list.administrators.map(({ userName, state, totp, passkeys }: Record<string, unknown>) => [
        userName,
        state,
        totp,
        passkeys,
      ]),
      [
        ['ada', 'active', false, 0],
        ['Grace', 'active', false, 0],
      ],
    );
    const sessions = await admin('sessions', 'grace');
    assert.match(sessions.stdout, /Firefox on Linux\s+127\.0\.0\.1/);
    assert.equal((await admin('add', 'GRACE')).status, 1);
    assert.equal((await admin('sessions', 'nobody')).status, 3);
  });

  it('asks which one, and makes a link that leaves second factors', async () => {
    assert.match((await admin('link')).stderr, /Several|which/);
    await addApp(ada);
    const { stdout } = await admin('link', '--user', 'ADA');
    const browser = running.visitor();
    const page = await (await browser.get(stdout.trim())).submit('/setup', { password, again: password });
    assert.equal(page.title, 'Second factor');
  });

  it('resets factors after a yes, and the new link leads in without any', async () => {
    assert.equal((await admin('reset-factors', 'ada')).status, 4);
    const { status, stdout } = await admin('reset-factors', 'ada', '--yes');
    assert.equal(status, 0);
    assert.equal((await signIn(running.visitor(), await organisationOf(running))).status, 401);
    ada = await accept(stdout);
  });

  it('signs out and removes; the running server refuses at once; never the last', async () => {
    assert.equal((await ada.get('/console')).title, 'Accounts');
    assert.equal((await admin('sign-out', 'ada', '--yes')).status, 0);
    assert.equal((await ada.get('/console')).title, 'Sign in to the console');
    ada = running.visitor();
    assert.equal((await signIn(ada, await organisationOf(running))).title, 'Accounts');
    assert.equal((await admin('remove', 'grace')).status, 4);
    assert.equal((await admin('remove', 'grace', '--yes')).status, 0);
    const last = await admin('remove', 'ada', '--yes', '--json');
    assert.equal(last.status, 1);
    assert.equal(last.error().code, 'administrator.last');
    assert.equal((await ada.get('/console')).title, 'Accounts');
  });
});
