import assert from 'node:assert/strict';
import { clock } from '../../../src/platform/clock/clock.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { mailboxOf, readSender } from '../../../src/platform/mail/address.ts';
import { renderLetter } from '../../../src/platform/mail/letter.ts';
import { forgetMails, post, type Posted, sweepMails } from '../../../src/platform/mail/post.ts';
import { type Fate, MailQueue } from '../../../src/platform/mail/queue.ts';
import { MailSender } from '../../../src/platform/mail/sender.ts';
import { smtpServer } from '../../../src/platform/mail/settings.ts';
import { describeOnEachEngine } from '../../support/engines.ts';
import { testConfig, testHouse } from '../../support/house.ts';
import { TestAuthority } from '../../support/authority.ts';
import { startSmtp, type TestSmtp } from '../../support/smtp.ts';
import { until } from '../../support/until.ts';

const letter = {
  subject: 'A word',
  title: 'A <b>word</b>',
  paragraphs: ['For “Ünïcode” & co.'],
  action: { label: 'Go on', href: 'https://carillon.example/register/confirm?token=abc&x=1' },
  closing: ['Bye.'],
};

const mail = (more: Partial<Posted> = {}): Posted => ({
  kind: 'test',
  organisationId: null,
  accountId: null,
  aboutId: 'somebody',
  to: 'ann@example.com',
  letter,
  expiresAt: clock.now() + 3_600_000,
  ...more,
});

describeOnEachEngine('mail', () => {
  let smtp: TestSmtp;
  let house: Awaited<ReturnType<typeof testHouse>>;
  let sender: MailSender | null;
  let fates: Fate[];
  beforeEach(async () => {
    smtp = await startSmtp();
    fates = [];
    sender = null;
    house = await testHouse(testConfig({ smtpUrl: smtp.url, mailFrom: 'The Bells <bells@carillon.example>' }));
  });
  afterEach(async () => {
    clock.reset();
    await sender?.stop();
    await house.stop();
    await smtp.stop();
  });

  const handlers = new Map([['test', async (_m: unknown, fate: Fate): Promise<void> => void fates.push(fate)]]);
  const start = (): void => {
    sender = new MailSender(house.ground, handlers);
  };
  const posted = (more?: Partial<Posted>) => house.ground.db.write((m) => post(house.ground, m, mail(more)));
  const waiting = () =>
    rows<{ id: string; state: string; attempts: number | string; lastError: string | null; body: string }>(
      house.ground.db.read,
      sql`SELECT * FROM "mails" ORDER BY "id"`,
    );

  it('is sent after the commit that caused it, as text and as HTML, and is kept no longer', async () => {
    start();
    assert.equal(await posted(), 'Queued');
    const got = await smtp.next('ann@example.com');
    assert.equal(got.from, 'bells@carillon.example');
    assert.equal(got.header('from'), 'The Bells <bells@carillon.example>');
    assert.equal(got.header('to'), 'ann@example.com');
    assert.equal(got.header('subject'), 'A word');
    assert.equal(got.header('auto-submitted'), 'auto-generated');
    assert.match(got.header('message-id'), /^<[0-9a-f-]{36}@carillon\.example>$/);
    assert.match(got.text, /For “Ünïcode” & co\./);
    assert.match(got.text, /https:\/\/carillon\.example\/register\/confirm\?token=abc&x=1/);
    assert.match(got.html, /A &lt;b&gt;word&lt;\/b&gt;/);
    assert.match(got.html, /href="https:\/\/carillon\.example\/register\/confirm\?token=abc&amp;x=1"/);
    await until(() => fates.length === 1);
    assert.equal(fates[0]?.outcome, 'Sent');
    assert.equal(fates[0]?.aboutId, 'somebody');
    await until(async () => (await waiting()).length === 0);
  });

  it('is not sent when what caused it is undone', async () => {
    start();
    await assert.rejects(
      house.ground.db.write(async (m) => {
        await post(house.ground, m, mail());
        throw new Error('no');
      }),
    );
    await posted({ to: 'next@example.com' });
    await smtp.next('next@example.com');
    assert.equal(smtp.received.length, 1);
  });

  it('waits sealed: neither its link nor its address can be read in the database', async () => {
    await posted();
    const [row] = await waiting();
    assert.match(row!.body, /^s1\./);
    assert.doesNotMatch(JSON.stringify(row), /token|ann@/);
  });

  it('is tried again, later each time, while the server says "not now"', async () => {
    smtp.refuse({ at: 'rcpt', code: 451 });
    start();
    await posted();
    const [row] = await until(async () => {
      const all = await waiting();
      return all[0]?.lastError !== null && all;
    });
    assert.equal(row?.lastError, 'EENVELOPE 451');
    assert.deepEqual(fates, []);
    smtp.refuse(null);
    clock.advance(6_000);
    sender!.wake();
    await smtp.next('ann@example.com');
    await until(() => fates.length === 1);
  });

  for (const at of ['rcpt', 'data'] as const)
    it(`fails for good when the server refuses it by 550 at ${at}, and whoever waits is told, without what the server said`, async () => {
      smtp.refuse({ at, code: 550 });
      start();
      await posted();
      await until(() => fates.length === 1);
      assert.equal(fates[0]?.outcome, 'Failed');
      assert.match(fates[0]?.reason ?? '', /^(EENVELOPE|EMESSAGE) 550$/);
      assert.deepEqual(await waiting(), []);
    });

  it('waits while the server is away, and goes out when it is back', async () => {
    const { port } = smtp;
    await smtp.stop();
    start();
    await posted();
    await until(async () => (await waiting())[0]?.lastError != null);
    smtp = await startSmtp({}, port);
    clock.advance(60_000);
    sender!.wake();
    await smtp.next('ann@example.com');
  });

  it('has the same Message-ID when a process dies after the server took it, and is taken up when the claim runs out', async () => {
    await posted();
    const queue = new MailQueue(house.ground, handlers);
    const [claimed] = await queue.claim();
    assert.deepEqual(await queue.claim(), [], 'one that is claimed was claimed again');
    clock.advance(300_001);
    start();
    const { header } = await smtp.next('ann@example.com');
    assert.equal(header('message-id'), `<${claimed!.id}@carillon.example>`);
    await until(() => fates.length === 1);
    // The process that had it comes back to life: nobody is told twice.
    await queue.end(claimed!, 'Failed', 'late');
    assert.equal(fates.length, 1);
  });

  it('that is of no use any more is not sent, and counts as failed', async () => {
    await posted({ expiresAt: clock.now() + 1_000 });
    clock.advance(1_001);
    start();
    await until(() => fates.length === 1);
    assert.deepEqual([fates[0]?.outcome, fates[0]?.reason, smtp.received.length], ['Failed', 'expired', 0]);
  });

  it('that is of no use any more is swept, unless it is being sent', async () => {
    await posted({ expiresAt: clock.now() + 1_000 });
    await posted();
    clock.advance(1_001);
    const [swept] = await house.ground.db.write((m) => sweepMails(m));
    assert.equal(swept?.kind, 'test');
    assert.equal((await waiting()).length, 1);
    await posted({ expiresAt: clock.now() + 1_000 });
    await new MailQueue(house.ground, handlers).claim();
    clock.advance(1_001);
    assert.deepEqual(await house.ground.db.write((m) => sweepMails(m)), []);
  });

  it('goes with whom it is about', async () => {
    await posted();
    await posted({ aboutId: 'other' });
    await house.ground.db.write((m) => forgetMails(m, ['somebody']));
    assert.equal((await waiting()).length, 1);
  });

  it('is bounded: more than ten thousand do not wait', async () => {
    await house.ground.db.write((m) =>
      rows(
        m,
        house.ground.db.engine === 'sqlite'
          ? sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
                INSERT INTO "mails" ("id", "kind", "body", "state", "attempts", "createdAt", "notBefore", "expiresAt")
                SELECT 'm' || i, 'x', '', 'ready', 0, 0, 9000000000000, 9000000000000 FROM n`
          : sql`INSERT INTO "mails" ("id", "kind", "body", "state", "attempts", "createdAt", "notBefore", "expiresAt")
                SELECT 'm' || i, 'x', '', 'ready', 0, 0, 9000000000000, 9000000000000 FROM generate_series(1, 10000) i`,
      ),
    );
    await assert.rejects(posted(), { code: 'mail.tooMany', retryAfter: 300 });
    await house.ground.db.write((m) => rows(m, sql`DELETE FROM "mails" WHERE "id" < 'm54'`));
    await assert.rejects(posted({ anybodys: true }), { code: 'mail.tooMany' });
    assert.equal(await posted(), 'Queued', 'what people who are in cause has room left');
    await house.ground.db.write((m) => rows(m, sql`DELETE FROM "mails"`));
  });

  it('cannot be made to say more in its header, or to others', async () => {
    start();
    const wrong = [
      'ann@example.com\r\nBcc: all@example.com',
      'ann@example.com, bob@example.com',
      '"a b"@example.com',
      'ann@[127.0.0.1]',
      'Ann <ann@example.com>',
      'ann@example.com>',
      'ann@exa\u{200b}mple.com\u0000',
      '@example.com',
    ];
    for (const to of wrong) await assert.rejects(posted({ to }), { code: 'mail.addressInvalid' }, to);
    await posted({ letter: { ...letter, subject: 'One\r\nBcc: all@example.com\u2028x' } });
    const { header, to } = await smtp.next('ann@example.com');
    assert.equal(header('bcc'), '');
    assert.equal(header('subject'), 'One Bcc: all@example.com x');
    assert.deepEqual(to, ['ann@example.com']);
  });
});

describe('mail: where there is no server', () => {
  it('nothing is written, and whoever posts learns it', async () => {
    const house = await testHouse();
    assert.equal(await house.ground.db.write((m) => post(house.ground, m, mail())), 'NotSent');
    assert.deepEqual(await rows(house.ground.db.read, sql`SELECT "id" FROM "mails"`), []);
    await house.stop();
  });
});

describe('mail: TLS', function () {
  this.timeout(20_000);
  it('STARTTLS is required of every host but this machine', () => {
    const of = (smtpUrl: string) => smtpServer({ smtpUrl });
    assert.equal(of('smtp://mail.example.com')?.loopback, false);
    assert.equal(of('smtp://localhost:1025')?.loopback, true);
    assert.deepEqual(of('smtps://u%40x:p%3Aw@mail.example.com'), {
      host: 'mail.example.com',
      port: 465,
      implicitTls: true,
      loopback: false,
      auth: { user: 'u@x', pass: 'p:w' },
    });
  });

  it('a server whose certificate is nobody’s is not used', async () => {
    const { key, cert } = new TestAuthority().issue({ names: ['127.0.0.1'] });
    const smtp = await startSmtp({ secure: true, key, cert, disabledCommands: ['AUTH'] });
    const house = await testHouse(testConfig({ smtpUrl: smtp.url }));
    const sender = new MailSender(house.ground, new Map());
    await house.ground.db.write((m) => post(house.ground, m, mail()));
    const [row] = await until(async () => {
      const all = await rows<{ lastError: string | null }>(house.ground.db.read, sql`SELECT "lastError" FROM "mails"`);
      return all[0]?.lastError != null && all;
    });
    assert.match(row!.lastError ?? '', /^E(SOCKET|TLS|CONNECTION)/);
    assert.equal(smtp.received.length, 0);
    await sender.stop();
    await house.stop();
    await smtp.stop();
  });
});

describe('mail: addresses and letters', () => {
  it('an address has its domain in A-labels, and its local part as it is', () => {
    assert.equal(mailboxOf('Ann.B+c@BÜCHER.example'), 'Ann.B+c@xn--bcher-kva.example');
    assert.deepEqual(readSender('Carillon <a@b.example>'), { name: 'Carillon', address: 'a@b.example' });
    assert.equal(readSender('a@b.example\r\nX: y'), null);
  });

  it('a letter is a whole page, in light and dark, and loads nothing', () => {
    const { html, text } = renderLetter(letter, 'carillon.example');
    assert.match(html, /^<!doctype html>\s*<html lang="en">/);
    assert.match(html, /prefers-color-scheme: dark/);
    assert.doesNotMatch(html, /<img|<link|<script|url\(/);
    assert.match(text, /^A <b>word<\/b>\n/);
  });
});
