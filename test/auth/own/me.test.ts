import assert from 'node:assert/strict';
import { clock } from '../../../src/platform/clock/clock.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { agreeToAddress } from '../../../src/auth/own/change-address.ts';
import { suspendUser } from '../../../src/users/lifecycle/administer.ts';
import { UserCauseTable } from '../../../src/users/lifecycle/cause.entity.ts';
import { removeTotp, replaceRecoveryCodes } from '../../../src/auth/credentials/factors/factors.ts';
import { knownDevice } from '../../../src/auth/credentials/guesses/devices.ts';
import { personHolder } from '../../../src/auth/people/holder.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { eraseWhatIsDue } from '../../../src/users/lifecycle/erase.ts';
import { testCompany } from '../../support/company.ts';
import { appCode } from '../../console/support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { until } from '../../support/until.ts';
import { linkIn } from '../../support/smtp.ts';
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

const later = 11 * 60_000;

describeOnEachEngine('own accounts: what people change about their own sign-in', function () {
  this.timeout(60_000);
  let stage: OwnStage;
  eachOwnStage((made) => (stage = made));

  it('each change asks who has not proved lately who they are, and goes on after that', async () => {
    const visitor = stage.carillon.visitor();
    await registerAs(stage, visitor, 'ann@own.example');
    clock.advance(later);
    for (const path of ['/me/password', '/me/address', '/me/delete']) {
      const asked = await visitor.send(path);
      assert.equal(asked.status, 303, path);
      assert.match(asked.location!, new RegExp(`/me/security/confirm\\?target=${encodeURIComponent(path)}$`));
      const { csrf } = await visitor.get('/me');
      const sent = await visitor.post(path, {
        csrf,
        newPassword: another,
        again: another,
        email: 'x@own.example',
        confirmation: 'ann@own.example',
      });
      assert.match(sent.location!, /\/me\/security\/confirm/, path);
    }
    const confirm = await visitor.get('/me/password');
    const form = await confirm.submit('/me/security/confirm', { password });
    assert.equal(form.title, 'Change your password');
  });

  it('the password: every other device is out, this one goes on under another token, and the owner is told', async () => {
    const [here, there] = [stage.carillon.visitor(), stage.carillon.visitor()];
    await registerAs(stage, here, 'ann@own.example');
    await signInAs(there, 'ann@own.example');
    await stage.smtp.next('ann@own.example');
    const former = here.jar().get('carillon_session');
    const done = await (
      await here.get('/me/password')
    ).submit('/me/password', { newPassword: another, again: another });
    assert.equal(done.path, '/me?done=passwordChanged');
    assert.match(done.text, /Your password was changed, and every other device was signed out/);
    assert.notEqual(here.jar().get('carillon_session'), former);
    assert.ok(await isIn(here));
    assert.equal(await isIn(there), false);
    assert.equal((await stage.smtp.next('ann@own.example')).header('subject'), 'Your password was changed');
    assert.equal((await signInAs(stage.carillon.visitor(), 'ann@own.example', password)).status, 401);
    assert.equal((await signInAs(stage.carillon.visitor(), 'ann@own.example', another)).status, 303);
    assert.ok(await isIn(here));
  });

  it('what else lets somebody in is told when it comes and when it goes, and no browser stays known after a reset', async () => {
    const [visitor, other] = [stage.carillon.visitor(), stage.carillon.visitor()];
    await registerAs(stage, visitor, 'ann@own.example');
    await signInAs(other, 'ann@own.example');
    const { ground } = stage.carillon.house;
    const { id } = await personAt(stage, 'ann@own.example');
    const told = async (subject: string): Promise<string> =>
      (await stage.smtp.next('ann@own.example', (letter) => letter.header('subject') === subject)).text;
    const page = await visitor.get('/me/security/totp');
    const secret = (/copy">([A-Z2-7 ]+)</.exec(page.body)?.[1] ?? '').replaceAll(' ', '');
    const codes = await page.submit('/me/security/totp', { code: await appCode(secret) });
    const code = /class="copy">([\w-]{19})</.exec(codes.body)?.[1] ?? '';
    assert.match(await told('An authenticator app was set up'), /choose another password at once/);
    const third = stage.carillon.visitor();
    const second = await third.followHere(await signInAs(third, 'ann@own.example'));
    await second.submit('/signin/second', { code });
    await told('A recovery code was used');
    const user = (await ground.db.read.findOneBy(UserTable, { id }))!;
    await replaceRecoveryCodes(ground, personHolder(user));
    await told('New recovery codes were made');
    await removeTotp(ground, personHolder(user));
    await told('The authenticator app was removed');

    const known = () => rows(ground.db.read, sql`SELECT 1 FROM "person_devices" WHERE "userId" = ${id}`);
    assert.equal((await known()).length, 3);
    await (await visitor.get('/me/password')).submit('/me/password', { newPassword: another, again: another });
    assert.equal((await known()).length, 1);
    assert.ok(await knownDevice(ground.db.read, 'user', id, visitor.jar().get('carillon_known')));
    const reset = await other.get(await askFor(stage, other, '/reset', 'ann@own.example'));
    const done = await reset.submit('/reset/confirm', { newPassword: password, again: password });
    assert.match(done.text, /Passkeys, authenticator apps and linked sign-ins have stayed/);
    assert.equal((await known()).length, 0);
  });

  it('the address: changed when both mailboxes have said yes, in either order, and not before', async () => {
    const visitor = stage.carillon.visitor();
    await registerAs(stage, visitor, 'ann@own.example');
    const before = await personAt(stage, 'ann@own.example');
    const sent = await (await visitor.get('/me/address')).submit('/me/address', { email: 'Ann@New.example' });
    assert.equal(sent.title, 'Look into both mailboxes');
    const [old, fresh] = [await stage.smtp.next('ann@own.example'), await stage.smtp.next('Ann@new.example')];
    assert.match(old.text, /to Ann@New\.example|by Ann@New\.example/);
    const agree = async (letter: { text: string }) => {
      const page = await stage.carillon.visitor().get(linkIn(letter, '/address/confirm'));
      return page.submit('/address/confirm');
    };
    assert.match((await agree(fresh)).text, /One address has said yes/);
    assert.equal((await signInAs(stage.carillon.visitor(), 'ann@new.example')).status, 401);
    assert.match((await agree(old)).text, /Your address was changed/);
    assert.equal((await signInAs(stage.carillon.visitor(), 'ann@own.example')).status, 401);
    assert.equal((await signInAs(stage.carillon.visitor(), 'ann@new.example')).status, 303);
    assert.equal((await stage.smtp.next('ann@own.example')).header('subject'), 'Your e-mail address was changed');
    const after = await personAt(stage, 'ann@new.example');
    assert.deepEqual([after.id, after.primaryAddress], [before.id, 'Ann@New.example']);
    assert.ok(await isIn(visitor));
    const over = await stage.carillon.visitor().send(linkIn(old, '/address/confirm'));
    assert.equal(over.status, 400);
  });

  it('an address that was left is free again, also where its domain is written in letters of its own', async () => {
    const typed = 'ann@bücher.example';
    const register = async (): Promise<number> => {
      const visitor = stage.carillon.visitor();
      await visitor.postFrom('/register', '/register', { email: typed });
      const link = linkIn(await stage.smtp.next(typed, ({ text }) => text.includes('/register/')), '/register/confirm');
      const page = await visitor.get(link);
      const done = await page.submit('/register/confirm', { name: '', password, again: password });
      if (await isIn(visitor))
        await (await visitor.get('/me/address')).submit('/me/address', { email: 'ann@own.example' });
      return done.status;
    };
    assert.equal(await register(), 200);
    for (const to of [typed, 'ann@own.example']) {
      const letter = await stage.smtp.next(to, ({ text }) => text.includes('/address/confirm'));
      await (await stage.carillon.visitor().get(linkIn(letter, '/address/confirm'))).submit('/address/confirm');
    }
    assert.equal((await personAt(stage, 'ann@own.example')).primaryAddress, 'ann@own.example');
    assert.equal(await register(), 200);
  });

  it('an address that somebody has, or a company keeps, is not taken; who has it learns it from the mail alone', async () => {
    const visitor = stage.carillon.visitor();
    await registerAs(stage, visitor, 'ann@own.example');
    await registerAs(stage, stage.carillon.visitor(), 'bob@own.example');
    await testCompany(stage.carillon.house);
    await accountWith(stage, 'Globex', 'globex.example');
    const form = await visitor.get('/me/address');
    const known = await form.submit('/me/address', { email: 'bob@own.example' });
    const unknown = await form.submit('/me/address', { email: 'cal@own.example' });
    assert.equal(known.title, 'Look into both mailboxes');
    assert.equal(known.text.replaceAll('bob', 'X'), unknown.text.replaceAll('cal', 'X'));
    assert.equal((await stage.smtp.next('bob@own.example')).header('subject'), 'This address is registered already');
    for (const email of ['ann@acme.example', 'ann@globex.example']) {
      const refused = await form.submit('/me/address', { email });
      assert.equal(refused.status, 400);
      assert.match(refused.text, /sign in as their company has arranged it/);
    }
    for (const email of ['ann@own.example', 'no address']) {
      assert.equal((await form.submit('/me/address', { email })).status, 400);
    }
  });

  it('a suspended address is not got round by a change: neither taken by it, nor left by it', async () => {
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    const { ground } = stage.carillon.house;
    const [ann, sue] = [stage.carillon.visitor(), stage.carillon.visitor()];
    await registerAs(stage, ann, 'ann@globex.example');
    await registerAs(stage, sue, 'sue@globex.example');
    await registerAs(stage, stage.carillon.visitor(), 'bad@globex.example');
    const bad = await personAt(stage, 'bad@globex.example');
    await suspendUser(ground, scope, bad.id, 'test');
    await ground.db.write((m) => rows(m, sql`DELETE FROM "logins" WHERE "userId" = ${bad.id}`));
    const form = await ann.get('/me/address');
    const barred = await form.submit('/me/address', { email: 'bad@globex.example' });
    const free = await form.submit('/me/address', { email: 'new@globex.example' });
    assert.equal(barred.text.replaceAll('bad', 'X'), free.text.replaceAll('new', 'X'));
    const letter = await stage.smtp.next('bad@globex.example', ({ text }) => text.includes('suspended'));
    assert.doesNotMatch(letter.text, /token=/);

    await (await sue.get('/me/address')).submit('/me/address', { email: 'sue2@globex.example' });
    const letters = [
      await stage.smtp.next('sue@globex.example', ({ text }) => text.includes('/address/confirm')),
      await stage.smtp.next('sue2@globex.example', ({ text }) => text.includes('/address/confirm')),
    ];
    const agrees = await Promise.all(
      letters.map((each) => stage.carillon.visitor().get(linkIn(each, '/address/confirm'))),
    );
    const { id } = await personAt(stage, 'sue@globex.example');
    await suspendUser(ground, scope, id, 'test');
    const left = () =>
      rows(ground.db.read, sql`SELECT "id" FROM "own_links" WHERE "userId" = ${id} AND "changeId" IS NOT NULL`);
    await until(async () => (await left()).length === 0);
    for (const page of agrees) assert.equal((await page.submit('/address/confirm')).status, 400);
    assert.equal((await personAt(stage, 'sue@globex.example')).id, id);
  });

  it('a change that was under way at the moment of a suspension is not completed', async () => {
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    const { ground } = stage.carillon.house;
    const sue = stage.carillon.visitor();
    await registerAs(stage, sue, 'sue@globex.example');
    await (await sue.get('/me/address')).submit('/me/address', { email: 'sue2@globex.example' });
    const tokenOf = async (to: string): Promise<string> => {
      const letter = await stage.smtp.next(to, ({ text }) => text.includes('/address/confirm'));
      return new URL(linkIn(letter, '/address/confirm'), 'https://any.example').searchParams.get('token')!;
    };
    const [old, fresh] = [await tokenOf('sue@globex.example'), await tokenOf('sue2@globex.example')];
    assert.equal(await agreeToAddress(ground, old), false);
    const { id } = await personAt(stage, 'sue@globex.example');
    const cause = { userId: id, cause: 'administrator', since: clock.now(), setBy: 'test' } as const;
    await ground.db.write((m) => m.insert(UserCauseTable, cause)); // as before anything is done after the commit
    await assert.rejects(agreeToAddress(ground, fresh), { code: 'own.linkInvalid' });
    assert.equal((await personAt(stage, 'sue@globex.example')).accountId, scope.accountId);
  });

  it('deleting oneself: out everywhere at once, the address free again, and erased when its time has come', async () => {
    const [here, there] = [stage.carillon.visitor(), stage.carillon.visitor()];
    await registerAs(stage, here, 'ann@own.example');
    await signInAs(there, 'ann@own.example');
    const { id } = await personAt(stage, 'ann@own.example');
    const form = await here.get('/me/delete');
    assert.match(
      (await form.submit('/me/delete', { confirmation: 'bob@own.example' })).text,
      /That is not your e-mail address/,
    );
    assert.ok(await isIn(here));
    const done = await form.submit('/me/delete', { confirmation: 'ANN@own.example' });
    assert.equal(done.title, 'Your account was deleted');
    for (const device of [here, there]) assert.equal(await isIn(device), false);
    assert.match((await there.send('/me')).text, /Your account was deleted from another device/);
    assert.equal((await signInAs(stage.carillon.visitor(), 'ann@own.example')).status, 401);
    const { ground, upstairs } = stage.carillon.house;
    const row = () =>
      rows<{ deletedAt: unknown }>(ground.db.read, sql`SELECT "deletedAt" FROM "users" WHERE "id" = ${id}`);
    assert.ok((await row())[0]?.deletedAt);
    await registerAs(stage, stage.carillon.visitor(), 'ann@own.example', another);
    assert.notEqual((await personAt(stage, 'ann@own.example')).id, id);
    clock.advance(31 * 86_400_000);
    await eraseWhatIsDue(ground, upstairs);
    assert.deepEqual(await row(), []);
  });

  it('a directory’s people change all that at their company', async () => {
    const visitor = stage.carillon.visitor();
    await registerAs(stage, visitor, 'ann@own.example');
    const { id } = await personAt(stage, 'ann@own.example');
    const { ground } = stage.carillon.house;
    await ground.db.write((m) => rows(m, sql`DELETE FROM "logins" WHERE "userId" = ${id}`));
    for (const path of ['/me/password', '/me/address', '/me/delete']) {
      const page = await visitor.send(path);
      assert.equal(page.status, 403);
      assert.match(page.text, /company’s directory keeps your account/);
    }
    assert.doesNotMatch((await visitor.send('/me')).text, /Change the password/);
  });
});
