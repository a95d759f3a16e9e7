import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { addressKey, clientAddressOf, isLoopbackOrigin } from '../../../src/platform/http/address.ts';
import { createCookies, parseCookies } from '../../../src/platform/http/cookies.ts';
import { createRate } from '../../../src/platform/http/rate.ts';
import { requestContext } from '../../../src/platform/context/context.ts';
import { sendJson } from '../../../src/platform/http/reply.ts';
import { portOf } from '../../support/port.ts';
import { route, startServer } from './support.ts';

const from = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as IncomingMessage;

describe("a client's address", () => {
  const address = clientAddressOf(['10.0.0.0/8', '::1', '2001:db8::/32']);
  for (const [what, peer, forwarded, expected] of [
    ['the peer', '192.0.2.1', undefined, '192.0.2.1'],
    ['the peer, when it is no proxy of ours', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['an IPv4 peer on an IPv6 socket', '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['what our proxy saw', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['what our proxy saw, on an IPv6 socket', '::ffff:10.0.0.1', '198.51.100.7', '198.51.100.7'],
    [
      'the right-most untrusted hop, not what the client wrote',
      '10.0.0.1',
      '1.1.1.1, 198.51.100.7, 10.9.9.9',
      '198.51.100.7',
    ],
    ['a hop with a port', '::1', '198.51.100.7:4711', '198.51.100.7'],
    ['an IPv6 hop with a port', '::1', '[2a00::1]:4711', '2a00::1'],
    ['the proxy, when a hop is no address', '10.0.0.1', '198.51.100.7, unknown', '10.0.0.1'],
    ['the left-most hop, when all are ours', '10.0.0.1', '10.0.0.3, 2001:db8::2', '10.0.0.3'],
  ] as const) {
    it(`is ${what}`, () => assert.equal(address(from(peer, forwarded)), expected));
  }

  it('comes from the header only behind a trusted proxy, on a real socket', async () => {
    for (const [trustedProxies, expected] of [
      [[], '127.0.0.1'],
      [['127.0.0.0/8'], '198.51.100.7'],
    ] as const) {
      const hot = [route('/', async (_req, res) => sendJson(res, 200, requestContext().clientAddress))];
      const server = await startServer({ hot, trustedProxies: [...trustedProxies] });
      const answer = await fetch(server.url, { headers: { 'x-forwarded-for': '9.9.9.9, 198.51.100.7' } });
      assert.equal(await answer.json(), expected);
      await server.stop();
    }
  });

  it('is told apart from an origin that is this machine alone', () => {
    for (const host of ['localhost', 'LOCALHOST.', 'a.localhost', '127.0.0.1', '127.9.9.9', '[::1]', '[::ffff:7f00:1]'])
      assert.ok(isLoopbackOrigin(`http://${host}:3000`), host);
    for (const host of ['localhost.example', 'notlocalhost', '127.0.0.1.example', '10.0.0.1', '0.0.0.0', '[::2]'])
      assert.ok(!isLoopbackOrigin(`https://${host}`), host);
  });

  it('counts an IPv6 subscriber by the /64', () => {
    assert.equal(addressKey('2a00:1:2:3:aaaa::1'), addressKey('2a00:1:2:3:bbbb::2'));
    assert.notEqual(addressKey('2a00:1:2:3::1'), addressKey('2a00:1:2:4::1'));
    assert.equal(addressKey('192.0.2.1'), '192.0.2.1');
  });
});

describe('cookies', () => {
  it('are parsed without tricks, the first of a name counting', () => {
    const cookies = parseCookies('a=1; __proto__=x; a=2; =y; b="q"; c; d=1=2');
    assert.deepEqual(
      [...cookies],
      [
        ['a', '1'],
        ['__proto__', 'x'],
        ['b', 'q'],
        ['d', '1=2'],
      ],
    );
    assert.equal(parseCookies(undefined).size, 0);
  });

  for (const [publicUrl, expected] of [
    [
      'https://x',
      [
        '__Host-s=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60',
        '__Host-t=; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=0',
      ],
    ],
    [
      'http://localhost',
      ['s=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60', 't=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0'],
    ],
  ] as const) {
    it(`are kept to their host at ${publicUrl}`, async () => {
      const cookies = createCookies(publicUrl);
      const server = createServer((_req, res) => {
        cookies.set(res, 's', 'old');
        cookies.set(res, 's', 'abc', 60);
        cookies.clear(res, 't');
        assert.throws(() => cookies.set(res, 's', 'a; Domain=evil'));
        res.end();
      });
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const answer = await fetch(`http://127.0.0.1:${portOf(server)}`);
      assert.deepEqual(answer.headers.getSetCookie(), expected);
      server.close();
    });
  }

  it('without the prefix are not taken for ours with https', () => {
    const req = { headers: { cookie: 's=planted' } } as IncomingMessage;
    assert.equal(createCookies('https://x').read(req, 's'), undefined);
    assert.equal(createCookies('http://localhost').read(req, 's'), 'planted');
  });
});

const outcome = (call: Promise<void>): Promise<string> =>
  call.then(
    () => 'passed',
    (error: { code: string; retryAfter: number }) => `${error.code} ${error.retryAfter}`,
  );

describe('rate limits', () => {
  it('count each key by itself and say when to come back', async () => {
    const limit = createRate({ points: 2, seconds: 60 });
    assert.deepEqual(
      [await outcome(limit('a')), await outcome(limit('a')), await outcome(limit('b'))],
      ['passed', 'passed', 'passed'],
    );
    assert.match(await outcome(limit('a')), /^rate\.exceeded (59|60)$/);
    assert.equal(await outcome(limit('b')), 'passed');
  });

  it('stay bounded under a flood of keys, and keep counting the old ones', async () => {
    const limit = createRate({ points: 5, seconds: 60, capacity: 10 });
    for (let i = 0; i < 5; i += 1) await limit('victim');
    const results = await Promise.all(Array.from({ length: 20_000 }, (_, i) => outcome(limit(`flood${i}`))));
    const passed = results.filter((result) => result === 'passed').length;
    assert.ok(passed <= 9 + 1024 * 5, String(passed));
    assert.match(await outcome(limit('victim')), /^rate\.exceeded/);
  });
});
