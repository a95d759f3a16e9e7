import assert from 'node:assert/strict';
import { CarillonError } from '../../../src/platform/errors/errors.ts';
import { hashPassword, verifyPassword } from '../../../src/platform/secrets/passwords.ts';
import { boundedQueue } from '../../../src/platform/secrets/queue.ts';
import { checkPassword } from '../../../src/platform/secrets/rules.ts';

describe('passwords', () => {
  it('are kept as argon2id with 19 MiB and two passes, and recognised', async () => {
    const stored = await hashPassword('violet harbour lantern');
    assert.match(stored, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.equal(await verifyPassword(stored, 'violet harbour lantern'), true);
    assert.equal(await verifyPassword(stored, 'violet harbour lanterN'), false);
    assert.notEqual(await hashPassword('violet harbour lantern'), stored);
  });

  it('are the same however the keyboard composes their letters', async () => {
    const stored = await hashPassword('jo\u0308rg und die M\u00fchle');
    assert.equal(await verifyPassword(stored, 'j\u00f6rg und die Mu\u0308hle'), true);
  });

  it('are false for somebody without one, and when too long', async () => {
    assert.equal(await verifyPassword(null, 'violet harbour lantern'), false);
    assert.equal(await verifyPassword(null, ''), false);
    assert.equal(await verifyPassword(await hashPassword(''), 'x'.repeat(100_000)), false);
    await assert.rejects(hashPassword('x'.repeat(257)), { code: 'password.tooLong' });
  });

  it('are refused, not queued without end, in a flood', async () => {
    const results = await Promise.allSettled(Array.from({ length: 80 }, () => verifyPassword(null, 'flood')));
    const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
    assert.ok(refused.length > 0 && refused.length <= 15);
    for (const error of refused) {
      assert.ok(error instanceof CarillonError);
      assert.deepEqual([error.code, error.kind, error.retryAfter], ['password.busy', 'Throttled', 2]);
    }
    assert.equal(await verifyPassword(null, 'after the flood'), false);
  });
});

describe('boundedQueue', () => {
  it('runs a few at a time, in order, and goes on after a failure', async () => {
    const queue = boundedQueue({ concurrency: 2, maxWaiting: 10, refuse: () => new Error('full') });
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        queue.run(async () => {
          running += 1;
          most = Math.max(most, running);
          order.push(index);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          if (index % 2 === 0) throw new Error(`task ${index}`);
          return index;
        }),
      ),
    );
    assert.equal(most, 2);
    assert.deepEqual(order, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 4);
  });
});

describe('checkPassword', () => {
  it('accepts what is long and not obvious, of whatever characters', () => {
    for (const password of [
      'violet harbour lantern',
      'tjq8-mzzw-plon',
      'ветер над морем',
      'a password for horses and owls',
      '🐙🦑🐚🌊🪸🐠🦀🐳🐬🦭🪼🐡',
    ]) {
      checkPassword(password, ['Ann Lee', 'ann@example.com']);
    }
  });

  it('counts characters as people do', () => {
    assert.throws(() => checkPassword('🐙'.repeat(11)), { code: 'password.tooShort', field: 'password' });
    assert.throws(() => checkPassword('short'), { code: 'password.tooShort' });
    assert.throws(() => checkPassword('x1'.repeat(129)), { code: 'password.tooLong' });
    assert.throws(() => checkPassword('\ufdfa'.repeat(100)), { code: 'password.tooLong' });
    checkPassword('violet harbour lantern '.repeat(12).slice(0, 256));
  });

  it('refuses what is guessed first', () => {
    const repeated = ['aaaaaaaaaaaaaa', 'abcabcabcabc', '121212121212', 'hahahahahaha'];
    const sequences = [
      '123456789012',
      'qwertyuiop12',
      'abcdefghijkl',
      '1qaz2wsx3edc',
      '0987654321098',
      'asdfghjkl123456',
    ];
    const words = [
      'password1234',
      'P@ssw0rd12345',
      'Welcome2024!!',
      'letmeinletmein',
      'adminadminadmin',
      'correcthorsebatterystaple',
    ];
    const own = ['carillon2026', 'Carillon-admin1', 'annabel-1234', 'annabel.lee!', 'ann@example.com'];
    for (const password of [...repeated, ...sequences, ...words, ...own]) {
      const about = ['Annabel Lee', 'ann@example.com'];
      assert.throws(() => checkPassword(password, about), { code: 'password.tooCommon', field: 'password' }, password);
    }
  });
});
