import assert from 'node:assert/strict';
import { nobodys } from '../../../src/accounts/accounts/nobodys.ts';
import { clock } from '../../../src/platform/clock/clock.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { suspendUser } from '../../../src/users/lifecycle/administer.ts';
import { removeDomain } from '../../../src/users/lifecycle/domains.ts';
import { startTestCarillon } from '../../support/carillon.ts';
import { testCompany } from '../../support/company.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { linkIn } from '../../support/smtp.ts';
import { until } from '../../support/until.ts';
import {
  accountWith,
  another,
  askFor,
  eachOwnStage,
  isIn,
  type OwnStage,
  password,
  personAt,
  registerAs,
  signInAs,
} from './support.ts';

describeOnEachEngine('own accounts: registering', function () {
  this.timeout(60_000);
  let stage: OwnStage;
  eachOwnStage((made) => (stage = made));

  it('from the address to the session: a mail, its link, a password; in no account, with a trial', async () => {
    const visitor = stage.carillon.visitor();
    const page = await registerAs(stage, visitor, 'ann@own.example');
    assert.equal(page.path, '/me');
    assert.match(page.text, /Ann Own/);
    assert.match(page.text, /Your trial gives you Pro until/);
    const person = await personAt(stage, 'ann@own.example');
    assert.deepEqual([person.organisationId, person.accountId], [nobodys.organisationId, nobodys.accountId]);
    // And again with the password, in another browser.
    const other = stage.carillon.visitor();
    assert.equal((await signInAs(other, 'Ann@OWN.example')).status, 303);
    assert.ok(await isIn(other));
  });

  it('in a domain that an enterprise account without a directory has verified: in that account, with its licence', async () => {
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    const page = await registerAs(stage, stage.carillon.visitor(), 'hank@globex.example');
    assert.match(page.text, /Globex/);
    const { accountId, organisationId, licence } = await personAt(stage, 'hank@globex.example');
    assert.deepEqual({ accountId, organisationId }, scope);
    assert.equal(licence, 'Pro');
  });

  it('a link is good once, for an hour, and newer than none', async () => {
    const visitor = stage.carillon.visitor();
    const first = await askFor(stage, visitor, '/register', 'ann@own.example');
    const second = await askFor(stage, visitor, '/register', 'ann@own.example');
    const page = await visitor.get(first);
    const done = await page.submit('/register/confirm', { name: '', password, again: password });
    assert.equal(done.path, '/me');
    for (const link of [first, second, `${second}x`, '/register/confirm', '/register/confirm?token=%00']) {
      const over = await stage.carillon.visitor().send(link);
      assert.equal(over.status, 400, link);
      assert.match(over.text, /used already, is too old/);
    }
    const late = await askFor(stage, visitor, '/register', 'bob@own.example');
    clock.advance(3_600_001);
    assert.equal((await visitor.send(late)).status, 400);
  });

  it('two who open one link at once make one person', async () => {
    const visitor = stage.carillon.visitor();
    const page = await visitor.get(await askFor(stage, visitor, '/register', 'ann@own.example'));
    const fields = { ...page.fields('/register/confirm'), password, again: password };
    const answers = await Promise.all([1, 2, 3].map(() => visitor.post('/register/confirm', fields)));
    assert.deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [303, 400, 400],
    );
    const all = await rows(stage.carillon.house.ground.db.read, sql`SELECT "id" FROM "users"`);
    assert.equal(all.length, 1);
  });

  it('in another browser the address is to be named once more, and the page does not tell it', async () => {
    const link = await askFor(stage, stage.carillon.visitor(), '/register', 'ann@own.example');
    const other = stage.carillon.visitor();
    const page = await other.get(link);
    assert.doesNotMatch(page.body, /ann@own/);
    const wrong = { email: 'eve@own.example', name: '', password, again: password };
    const refused = await page.submit('/register/confirm', wrong);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /not the address to which this link was sent/);
    const done = await refused.submit('/register/confirm', { ...wrong, email: ' ANN@own.example ' });
    assert.equal(done.path, '/me');
  });

  it('security check 9: the session that a browser held before is over when somebody registers in it', async () => {
    const visitor = stage.carillon.visitor();
    await registerAs(stage, visitor, 'ann@own.example');
    const former = new Map(visitor.jar());
    await registerAs(stage, visitor, 'bob@own.example');
    const planted = stage.carillon.visitor();
    for (const [name, value] of former) planted.jar().set(name, value);
    assert.equal(await isIn(planted), false);
    assert.ok(await isIn(visitor));
  });

  it('a weak password, two that differ and a name of two lines are refused at their fields, and the link stays good', async () => {
    const visitor = stage.carillon.visitor();
    const page = await visitor.get(await askFor(stage, visitor, '/register', 'ann@own.example'));
    for (const [typed, words] of [
      [{ password: 'short', again: 'short' }, /at least 12 characters/],
      [{ password: 'password12345', again: 'password12345' }, /easy to guess/],
      [{ password: 'ann@own.example', again: 'ann@own.example' }, /easy to guess/],
      [{ password, again: another }, /not the same/],
      [{ password, again: password, name: 'A\nB' }, /is one line/],
    ] as const) {
      const refused = await page.submit('/register/confirm', { name: '', ...typed });
      assert.equal(refused.status, 400);
      assert.match(refused.text, words);
      assert.match(refused.body, /aria-invalid="true"/);
    }
    assert.equal((await page.submit('/register/confirm', { name: 'Ann', password, again: password })).path, '/me');
  });

  it('who is known, or a company’s, or suspended learns that from the mail alone', async () => {
    await testCompany(stage.carillon.house);
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    await registerAs(stage, stage.carillon.visitor(), 'ann@own.example');
    await registerAs(stage, stage.carillon.visitor(), 'hank@globex.example');
    await registerAs(stage, stage.carillon.visitor(), 'gone@globex.example');
    const { ground } = stage.carillon.house;
    await suspendUser(ground, scope, (await personAt(stage, 'gone@globex.example')).id, 'test');
    await removeDomain(ground, { ...scope, domainId: (await domainsOf(scope.accountId))[0]!.id });
    for (const [email, subject] of [
      ['ann@own.example', 'You are registered already'],
      ['rosa@acme.example', 'Sign in with your company'],
      ['nobody@own.example', 'Confirm your e-mail address'],
      // Released: may register anew.
      ['hank@globex.example', 'Confirm your e-mail address'],
    ] as const) {
      const visitor = stage.carillon.visitor();
      const page = await visitor.postFrom('/register', '/register', { email });
      assert.equal(page.title, 'Look into your mailbox');
      const letter = await stage.smtp.next(email);
      assert.equal(letter.header('subject'), subject, email);
    }
    // Suspended: the address may not be registered, there or anywhere.
    await stage.carillon.visitor().postFrom('/register', '/register', { email: 'gone@globex.example' });
    const barred = await stage.smtp.next('gone@globex.example');
    assert.doesNotMatch(barred.text, /token=/);
  });

  const domainsOf = (accountId: string): Promise<{ id: string }[]> =>
    rows(stage.carillon.house.ground.db.read, sql`SELECT "id" FROM "domains" WHERE "accountId" = ${accountId}`);

  it('who was released registers anew, and is somebody else', async () => {
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    await registerAs(stage, stage.carillon.visitor(), 'hank@globex.example');
    const before = await personAt(stage, 'hank@globex.example');
    const { ground } = stage.carillon.house;
    await removeDomain(ground, { ...scope, domainId: (await domainsOf(scope.accountId))[0]!.id });
    await until(async () => {
      const [row] = await rows<{ releasedAt: unknown }>(
        ground.db.read,
        sql`SELECT "releasedAt" FROM "users" WHERE "id" = ${before.id}`,
      );
      return row?.releasedAt != null;
    });
    const door = await signInAs(stage.carillon.visitor(), 'hank@globex.example');
    assert.equal(door.status, 403);
    assert.match(door.text, /You can register anew/);
    assert.doesNotMatch(door.text, /The account is/);
    door.link('/register');
    const page = await registerAs(stage, stage.carillon.visitor(), 'hank@globex.example', another);
    assert.equal(page.path, '/me');
    const after = await personAt(stage, 'hank@globex.example');
    assert.notEqual(after.id, before.id);
    assert.equal(after.accountId, nobodys.accountId);
  });

  it('who was suspended before the domain went is not told at the door that they may register anew', async () => {
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    await registerAs(stage, stage.carillon.visitor(), 'gone@globex.example');
    const { ground } = stage.carillon.house;
    await suspendUser(ground, scope, (await personAt(stage, 'gone@globex.example')).id, 'test');
    await removeDomain(ground, { ...scope, domainId: (await domainsOf(scope.accountId))[0]!.id });
    const door = await until(async () => {
      const page = await signInAs(stage.carillon.visitor(), 'gone@globex.example');
      return page.status === 403 ? page : null;
    });
    assert.match(door.text, /An administrator has suspended your access/);
    assert.doesNotMatch(door.body, /register/i);
    assert.equal([...door.body.matchAll(/href="\/signin"/g)].length, 1, 'one way back is enough');
  });

  it('whoever uses up the mails of an address keeps its owner from nothing, and registering uses up no resets', async () => {
    const [owner, other] = [stage.carillon.visitor(), stage.carillon.visitor()];
    await registerAs(stage, owner, 'ann@own.example');
    await owner.postFrom('/me', '/me/sign-out');
    for (let i = 0; i < 6; i++) await other.postFrom('/register', '/register', { email: 'ann@own.example' });
    await askFor(stage, other, '/reset', 'ann@own.example');
    for (let i = 0; i < 5; i++) await other.postFrom('/reset', '/reset', { email: 'ann@own.example' });
    const count = stage.smtp.received.length;
    await owner.postFrom('/reset', '/reset', { email: 'ann@own.example' });
    await until(() => stage.smtp.received.length > count);
  });

  it('one mailbox gets five mails an hour, and whoever asks for more is answered as ever', async () => {
    const visitor = stage.carillon.visitor();
    for (let i = 0; i < 7; i++) {
      const page = await visitor.postFrom('/register', '/register', { email: 'ann@own.example' });
      assert.equal(page.title, 'Look into your mailbox');
    }
    await visitor.postFrom('/register', '/register', { email: 'last@own.example' });
    await stage.smtp.next('last@own.example');
    const got = () => stage.smtp.received.filter(({ to }) => to.includes('ann@own.example')).length;
    await until(() => got() >= 5);
    assert.equal(got(), 5);
  });

  it('what was asked for goes along: after registering one is where one wanted to go', async () => {
    const visitor = stage.carillon.visitor();
    const asked = await visitor.get('/register?target=/me%3Ftab%3Ddevices');
    await asked.submit('/register', { email: 'ann@own.example' });
    const link = linkIn(await stage.smtp.next('ann@own.example'), '/register/confirm');
    const done = await (await visitor.get(link)).submit('/register/confirm', { name: '', password, again: password });
    assert.equal(done.path, '/me?tab=devices');
  });
});

describe('own accounts: where no mail can be sent', () => {
  it('pages say so plainly, and nothing is asked for', async () => {
    const carillon = await startTestCarillon();
    for (const path of ['/register', '/reset']) {
      const page = await carillon.visitor().send(path);
      assert.equal(page.status, 503);
      assert.match(page.text, /No mail can be sent from here/);
      const sent = await carillon.visitor().postFrom('/signin', path, { email: 'ann@own.example' });
      assert.equal(sent.status, 503);
    }
    await carillon.stop();
  });
});
