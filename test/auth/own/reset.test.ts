import assert from 'node:assert/strict';
import { clock } from '../../../src/platform/clock/clock.ts';
import { suspendUser } from '../../../src/users/lifecycle/administer.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
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

describeOnEachEngine('own accounts: a lost password', function () {
  this.timeout(60_000);
  let stage: OwnStage;
  eachOwnStage((made) => (stage = made));

  it('is set anew by a mailed link, once: every device is out, the old password opens nothing, the owner is told', async () => {
    const devices = [stage.carillon.visitor(), stage.carillon.visitor()];
    await registerAs(stage, devices[0]!, 'ann@own.example');
    await signInAs(devices[1]!, 'ann@own.example');
    await stage.smtp.next('ann@own.example'); // a new device
    const visitor = stage.carillon.visitor();
    const page = await visitor.get(await askFor(stage, visitor, '/reset', 'ann@own.example'));
    const done = await page.submit('/reset/confirm', { newPassword: another, again: another });
    assert.equal(done.title, 'Sign in');
    assert.match(done.text, /Your password was changed/);
    for (const device of devices) assert.equal(await isIn(device), false);
    // Each is told why from the first moment on, and once: the answer takes the cookie.
    assert.match((await devices[0]!.send('/me')).text, /The password of your account was changed/);
    assert.match((await devices[1]!.send('/signin')).text, /The password of your account was changed/);
    for (const device of devices) assert.doesNotMatch((await device.send('/signin')).text, /was changed/);
    assert.equal((await stage.smtp.next('ann@own.example')).header('subject'), 'Your password was changed');
    assert.equal((await signInAs(stage.carillon.visitor(), 'ann@own.example', password)).status, 401);
    assert.equal((await signInAs(visitor, 'ann@own.example', another)).status, 303);
    const again = await page.submit('/reset/confirm', { newPassword: password, again: password });
    assert.equal(again.status, 400);
    assert.match(again.text, /used already/);
    assert.equal((await signInAs(stage.carillon.visitor(), 'ann@own.example', password)).status, 401);
  });

  it('security check 8: goes to the mailbox that was proved, however the address is spelt that is typed', async () => {
    await registerAs(stage, stage.carillon.visitor(), 'kate@own.example');
    const { length } = stage.smtp.received;
    // Capitals may be another mailbox where they count, and the Kelvin sign is one where mail knows more than ASCII.
    for (const typed of ['KATE@own.example', '\u{212a}ate@own.example']) {
      const asked = await stage.carillon.visitor().postFrom('/reset', '/reset', { email: typed });
      assert.match(asked.text, /We have sent a mail/);
      const { text } = await stage.smtp.next('kate@own.example');
      assert.match(text, /reset\/confirm\?token=/);
      await stage.carillon.visitor().postFrom('/register', '/register', { email: typed });
      assert.match((await stage.smtp.next('kate@own.example')).text, /login_hint=kate%40own\.example/);
    }
    assert.equal(stage.smtp.received.length, length + 4);
  });

  it('takes no weak password, and the link stays good', async () => {
    await registerAs(stage, stage.carillon.visitor(), 'ann@own.example');
    const visitor = stage.carillon.visitor();
    const page = await visitor.get(await askFor(stage, visitor, '/reset', 'ann@own.example'));
    const refused = await page.submit('/reset/confirm', { newPassword: 'aaaaaaaaaaaaa', again: 'aaaaaaaaaaaaa' });
    assert.equal(refused.status, 400);
    assert.match(refused.text, /easy to guess/);
    assert.match(
      (await refused.submit('/reset/confirm', { newPassword: another, again: another })).text,
      /was changed/,
    );
  });

  it('a link ends with its hour, with a newer change, and when its person is gone', async () => {
    const visitor = stage.carillon.visitor();
    await registerAs(stage, visitor, 'ann@own.example');
    const [first, second] = [
      await askFor(stage, stage.carillon.visitor(), '/reset', 'ann@own.example'),
      await askFor(stage, stage.carillon.visitor(), '/reset', 'ann@own.example'),
    ];
    const page = await visitor.get(second);
    await page.submit('/reset/confirm', { newPassword: another, again: another });
    assert.equal((await visitor.send(first)).status, 400);
    const third = await askFor(stage, stage.carillon.visitor(), '/reset', 'ann@own.example');
    clock.advance(3_600_001);
    assert.equal((await visitor.send(third)).status, 400);
  });

  it('lets nobody in: whoever is suspended stays so', async () => {
    const scope = await accountWith(stage, 'Globex', 'globex.example');
    await registerAs(stage, stage.carillon.visitor(), 'sue@globex.example');
    await suspendUser(stage.carillon.house.ground, scope, (await personAt(stage, 'sue@globex.example')).id, 'test');
    const visitor = stage.carillon.visitor();
    const page = await visitor.get(await askFor(stage, visitor, '/reset', 'sue@globex.example'));
    await page.submit('/reset/confirm', { newPassword: another, again: another });
    assert.equal(await isIn(visitor), false);
    const told = await signInAs(visitor, 'sue@globex.example', another);
    assert.equal(told.status, 403);
    assert.match(told.text, /suspended your access/);
  });
});
