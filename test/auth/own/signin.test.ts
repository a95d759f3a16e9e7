import assert from 'node:assert/strict';
import { clock } from '../../../src/platform/clock/clock.ts';
import { insertRows } from '../../../src/platform/database/insert.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { MailTable } from '../../../src/platform/mail/mail.entity.ts';
import { suspendUser } from '../../../src/users/lifecycle/administer.ts';
import { setHelpContact } from '../../../src/accounts/accounts/accounts.ts';
import { testCompany } from '../../support/company.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { evilAddresses } from '../../support/evil-addresses.ts';
import type { Visitor } from '../../support/visitor.ts';
import {
  accountWith,
  bare,
  eachOwnStage,
  isIn,
  type OwnStage,
  password,
  personAt,
  registerAs,
  signInAs,
} from './support.ts';

const wrong = 'not the one that was chosen';

describeOnEachEngine('own accounts: signing in', function () {
  this.timeout(90_000);
  let stage: OwnStage;
  eachOwnStage((made) => (stage = made));

  it('the address leads to the password; a wrong one is refused where it was typed, the right one lets in', async () => {
    await registerAs(stage, stage.carillon.visitor(), 'ann@own.example');
    const visitor = stage.carillon.visitor();
    const refused = await signInAs(visitor, 'ann@own.example', wrong);
    assert.equal(refused.status, 401);
    assert.match(refused.body, /id="password-error" role="alert">That address and password do not go together/);
    assert.equal(await isIn(visitor), false);
    const done = await signInAs(visitor, ' ANN@Own.Example ');
    assert.deepEqual([done.status, done.location], [303, `${stage.carillon.url}/me`]);
    assert.ok(await isIn(visitor));
  });

  it('security check 11: the page for the password is the same for known, unknown, suspended and free addresses', async () => {
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    for (const email of ['ann@own.example', 'sue@globex.example'])
      await registerAs(stage, stage.carillon.visitor(), email);
    await suspendUser(stage.carillon.house.ground, scope, (await personAt(stage, 'sue@globex.example')).id, 'test');
    const pages = new Set<string>();
    const refusals = new Set<string>();
    for (const email of ['ann@own.example', 'bob@own.example', 'sue@globex.example', 'tom@globex.example']) {
      const visitor = stage.carillon.visitor();
      pages.add(bare(await visitor.postFrom('/signin', '/signin', { email }), email));
      refusals.add(bare(await signInAs(visitor, email, wrong), email));
    }
    assert.equal(pages.size, 1, [...pages].join('\n\n'));
    assert.equal(refusals.size, 1, [...refusals].join('\n\n'));
    assert.match([...refusals][0]!, /^401 /);
  });

  it('security check 11: asking to register, or for another password, is answered alike for every address, and each gets one mail', async () => {
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    await testCompany(stage.carillon.house);
    for (const email of ['ann@own.example', 'sue@globex.example'])
      await registerAs(stage, stage.carillon.visitor(), email);
    await suspendUser(stage.carillon.house.ground, scope, (await personAt(stage, 'sue@globex.example')).id, 'test');
    const all = ['ann@own.example', 'bob@own.example', 'sue@globex.example', 'tom@globex.example', 'rosa@acme.example'];
    for (const page of ['/register', '/reset']) {
      const answers = new Set<string>();
      for (const email of all) {
        const { length } = stage.smtp.received.filter(({ to }) => to.includes(email));
        answers.add(bare(await stage.carillon.visitor().postFrom(page, page, { email }), email));
        while (stage.smtp.received.filter(({ to }) => to.includes(email)).length === length)
          await stage.smtp.next(email);
        assert.equal(stage.smtp.received.filter(({ to }) => to.includes(email)).length, length + 1);
      }
      assert.equal(answers.size, 1, [...answers].join('\n\n'));
    }
  });

  it('security check 11: after the right password, and not before, a suspended person learns why, and whom to ask', async () => {
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    const { ground } = stage.carillon.house;
    await setHelpContact(ground, scope.organisationId, scope.accountId, 'help@globex.example');
    await registerAs(stage, stage.carillon.visitor(), 'sue@globex.example');
    const inside = stage.carillon.visitor();
    await signInAs(inside, 'sue@globex.example');
    await suspendUser(ground, scope, (await personAt(stage, 'sue@globex.example')).id, 'test');
    assert.equal(await isIn(inside), false);
    const visitor = stage.carillon.visitor();
    assert.doesNotMatch((await signInAs(visitor, 'sue@globex.example', wrong)).text, /suspended|Globex/);
    const told = await signInAs(visitor, 'sue@globex.example');
    assert.equal(told.status, 403);
    assert.match(
      told.text,
      /An administrator has suspended your access\. The account is Globex\. Whom to ask: help@globex/,
    );
    assert.equal(await isIn(visitor), false);
  });

  it('security check 8: a password opens nothing for an address whose domain a company with a directory has', async () => {
    await registerAs(stage, stage.carillon.visitor(), 'ann@acme.example');
    await testCompany(stage.carillon.house, 'acme.example');
    const visitor = stage.carillon.visitor();
    const { csrf } = await visitor.send('/signin');
    const answer = await visitor.post('/signin/own', { csrf, email: 'ann@acme.example', password });
    assert.equal(answer.status, 401);
    assert.equal(await isIn(visitor), false);
  });

  it('security check 9: the session’s token is another after each sign-in, and the one before is over', async () => {
    const visitor = stage.carillon.visitor();
    await registerAs(stage, visitor, 'ann@own.example');
    const seen = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const former = new Map(visitor.jar());
      seen.add(former.get('carillon_session')!);
      await signInAs(visitor, 'ann@own.example');
      const late: Visitor = stage.carillon.visitor();
      for (const [name, value] of former) late.jar().set(name, value);
      assert.equal(await isIn(late), false);
    }
    seen.add(visitor.jar().get('carillon_session')!);
    assert.equal(seen.size, 4);
  });

  it('security check 2: target of the password page leads nowhere else', async () => {
    const home = stage.carillon.url;
    const visitor = stage.carillon.visitor();
    await registerAs(stage, visitor, 'ann@own.example');
    const { csrf } = await visitor.send('/signin');
    const isOurs = (given: string): boolean => URL.parse(given, `${home}/x`)?.origin === home;
    for (const evil of evilAddresses(home, '/me').slice(0, 8)) {
      clock.advance(61_000);
      const fields = { csrf, email: 'ann@own.example', target: evil, password };
      const done = await visitor.post('/signin/own', fields);
      assert.equal(done.status, 303, evil);
      assert.ok(isOurs(done.location!), `${evil} → ${done.location}`);
    }
    for (const evil of evilAddresses(home, '/me')) {
      for (const path of ['/register', '/reset']) {
        const page = await visitor.send(`${path}?target=${encodeURIComponent(evil)}`);
        assert.ok(isOurs(page.fields(path)['target']!), evil);
      }
    }
  });

  it('a browser that is not known is told of by mail; the first, and one that is known, are not', async () => {
    const known = stage.carillon.visitor();
    await registerAs(stage, known, 'ann@own.example');
    await signInAs(known, 'ann@own.example');
    const other = stage.carillon.visitor(
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36',
    );
    await signInAs(other, 'ann@own.example');
    await signInAs(other, 'ann@own.example');
    // The registration's own letter was the first.
    const letter = await stage.smtp.next('ann@own.example');
    assert.equal(letter.header('subject'), 'Signed in on a new device');
    assert.match(letter.text, /Chrome on Windows/);
    await stage.carillon.visitor().postFrom('/reset', '/reset', { email: 'ann@own.example' });
    assert.equal((await stage.smtp.next('ann@own.example')).header('subject'), 'Choose another password');
  });

  it('a full queue of mails keeps nobody from signing in', async () => {
    await registerAs(stage, stage.carillon.visitor(), 'ann@own.example');
    const { db } = stage.carillon.house.ground;
    const mail = (i: number) => ({
      id: `m${i}`,
      kind: 'x',
      organisationId: null,
      accountId: null,
      aboutId: null,
      body: '',
      state: 'ready' as const,
      claimedUntil: null,
      attempts: 0,
      createdAt: 0,
      notBefore: 9e12,
      expiresAt: 9e12,
      lastError: null,
    });
    await db.write((m) =>
      insertRows(
        m,
        MailTable,
        Array.from({ length: 10_000 }, (_, i) => mail(i)),
      ),
    );
    const visitor = stage.carillon.visitor();
    assert.equal((await signInAs(visitor, 'ann@own.example')).status, 303);
    assert.ok(await isIn(visitor));
    assert.equal((await visitor.postFrom('/reset', '/reset', { email: 'ann@own.example' })).status, 429);
    await db.write((m) => rows(m, sql`DELETE FROM "mails"`));
  });

  it('a client that asks for JSON is refused in JSON', async () => {
    const visitor = stage.carillon.visitor();
    const { csrf } = await visitor.send('/signin');
    const answer = await visitor.post('/signin/own', { csrf, email: 'x@own.example' }, { accept: 'application/json' });
    assert.equal(answer.status, 401);
    assert.match(answer.body, /own\.signInFailed/);
  });
});
