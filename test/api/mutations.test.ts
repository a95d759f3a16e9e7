import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { clock } from '../../src/platform/clock/clock.ts';
import { amzTime, signed, type Unsigned } from '../support/signer.ts';
import { type Api, startApi } from './support.ts';

const wrong = 'InvalidSignatureException';
const incomplete = 'IncompleteSignatureException';
const unknownKey = 'UnrecognizedClientException';
const missing = 'MissingAuthenticationTokenException';
const expired = 'RequestExpired';
type Change = (request: Unsigned) => Unsigned;

const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const target =
  (change: (target: string) => string): Change =>
  (request) => ({ ...request, target: change(request.target) });
const withHeader =
  (name: string, value: string): Change =>
  (request) => ({
    ...request,
    headers: request.headers.map(([each, was]) => [each, each.toLowerCase() === name.toLowerCase() ? value : was]),
  });
const without =
  (name: string): Change =>
  (request) => ({ ...request, headers: request.headers.filter(([each]) => each.toLowerCase() !== name.toLowerCase()) });
const plus =
  (name: string, value: string): Change =>
  (request) => ({ ...request, headers: [...request.headers, [name, value]] });
const authorization =
  (change: (value: string) => string): Change =>
  (request) => ({
    ...request,
    headers: request.headers.map(([name, value]) => [name, name === 'Authorization' ? change(value) : value]),
  });
const body =
  (text: string): Change =>
  (request) => ({ ...withHeader('Content-Length', String(Buffer.byteLength(text)))(request), body: text });
const lastDigit = (value: string): string => `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`;

/** Done to a request after it was signed. */
const mutations: [name: string, change: Change, error: string][] = [
  ['method', (r) => ({ ...r, method: 'PUT' }), wrong],
  ['method in lower case', (r) => ({ ...r, method: 'DELETE' }), wrong],
  ['path: another user', target((t) => t.replace('?', '0?')), wrong],
  ['path: a letter in upper case', target((t) => t.replace('/users', '/Users')), wrong],
  ['path: a slash at its end', target((t) => t.replace('?', '/?')), wrong],
  ['path: a slash twice', target((t) => t.replace('/users', '//users')), wrong],
  ['path: a letter escaped', target((t) => t.replace('/users', '/%75sers')), wrong],
  ['path: the prefix added', target((t) => `/api${t}`), wrong],
  ['query: another value', target((t) => t.replace('logout', 'login')), wrong],
  ['query: another name', target((t) => t.replace('operation', 'Operation')), wrong],
  ['query: the parameter gone', target((t) => t.replace('operation=logout&', '')), wrong],
  ['query: a parameter added', target((t) => `${t}&x=1`), wrong],
  ['query: a parameter twice', target((t) => `${t}&operation=logout`), wrong],
  ['query: an empty parameter added', target((t) => `${t}&y`), wrong],
  ['query: a value emptied', target((t) => t.replace('=logout', '=')), wrong],
  ['query: plus for a blank', target((t) => t.replace('%20', '+')), wrong],
  ['query: a broken escape', target((t) => `${t}&y=%zz`), incomplete],
  ['query: bytes that are not UTF-8', target((t) => `${t}&y=%ff`), incomplete],
  ['query: presigned beside the header', target((t) => `${t}&X-Amz-Signature=${'0'.repeat(64)}`), missing],
  ['query: presigned, its name in lower case', target((t) => `${t}&x-amz-expires=900`), missing],
  ['body changed', body('{ }'), wrong],
  ['body emptied', body(''), wrong],
  ['body with a blank at its end', body('{} '), wrong],
  ['body and its hash changed', (r) => withHeader('X-Amz-Content-Sha256', sha('{ }'))(body('{ }')(r)), wrong],
  ['hash of another body', withHeader('X-Amz-Content-Sha256', sha('x')), wrong],
  ['hash in upper case', withHeader('X-Amz-Content-Sha256', sha('{}').toUpperCase()), wrong],
  ['UNSIGNED-PAYLOAD', withHeader('X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD'), wrong],
  ['streaming payload', withHeader('X-Amz-Content-Sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'), wrong],
  ['hash sent twice', plus('X-Amz-Content-Sha256', sha('{}')), incomplete],
  ['hash taken away', without('X-Amz-Content-Sha256'), wrong],
  ['host changed', withHeader('Host', 'other.example'), wrong],
  ['host without its port', withHeader('Host', '127.0.0.1'), wrong],
  ['date a second later', (r) => withHeader('X-Amz-Date', amzTime(clock.now() + 61_000))(r), wrong],
  ['date of another day', withHeader('X-Amz-Date', '20200101T000000Z'), expired],
  ['date five minutes ahead', (r) => withHeader('X-Amz-Date', amzTime(clock.now() + 301_000))(r), expired],
  ['date five minutes ago', (r) => withHeader('X-Amz-Date', amzTime(clock.now() - 301_000))(r), expired],
  ['date in another form', withHeader('X-Amz-Date', new Date().toISOString()), incomplete],
  ['date that is none', withHeader('X-Amz-Date', '20261399T996199Z'), incomplete],
  ['date sent twice', (r) => plus('X-Amz-Date', amzTime())(r), incomplete],
  ['date taken away', without('X-Amz-Date'), incomplete],
  ['date replaced by Date', (r) => plus('Date', new Date().toUTCString())(without('X-Amz-Date')(r)), incomplete],
  ['content type changed', withHeader('Content-Type', 'application/x-amz-json-1.1'), wrong],
  ['client token changed', withHeader('X-Amz-Client-Token', 'another'), wrong],
  ['client token sent twice', plus('X-Amz-Client-Token', 'another'), wrong],
  ['client token taken away', without('X-Amz-Client-Token'), wrong],
  ['an x-amz header added', plus('X-Amz-Target', 'Chime.DeleteAccount'), wrong],
  ['a session token added', plus('X-Amz-Security-Token', 'token'), unknownKey],
  ['authorization taken away', without('Authorization'), missing],
  ['authorization sent twice', (r) => plus('Authorization', r.headers.at(-1)![1])(r), incomplete],
  ['another scheme', authorization(() => 'Bearer carillon'), missing],
  ['SigV4A', authorization((a) => a.replace('HMAC-SHA256', 'ECDSA-P256-SHA256')), incomplete],
  ['algorithm in lower case', authorization((a) => a.replace('HMAC-SHA256', 'hmac-sha256')), incomplete],
  ['signature: its last digit', authorization(lastDigit), wrong],
  ['signature of zeros', authorization((a) => a.replace(/[0-9a-f]{64}$/, '0'.repeat(64))), wrong],
  [
    'signature in upper case',
    authorization((a) => a.replace(/[0-9a-f]{64}$/, (s) => `${s.slice(1).toUpperCase()}A`)),
    incomplete,
  ],
  ['signature cut', authorization((a) => a.slice(0, -1)), incomplete],
  ['signature emptied', authorization((a) => a.replace(/[0-9a-f]{64}$/, '')), incomplete],
  ['signature twice', authorization((a) => `${a}, ${/Signature=\w+/.exec(a)?.[0]}`), incomplete],
  ['scope: another day', authorization((a) => a.replace(/\/\d{8}\//, '/20200101/')), wrong],
  ['scope: another region', authorization((a) => a.replace('/us-east-1/', '/eu-west-1/')), wrong],
  ['scope: another service', authorization((a) => a.replace('/chime/', '/s3/')), wrong],
  ['scope: another end', authorization((a) => a.replace('aws4_request', 'aws5_request')), wrong],
  ['scope: a part more', authorization((a) => a.replace('aws4_request', 'aws4_request/x')), incomplete],
  ['scope: an empty region', authorization((a) => a.replace('/us-east-1/', '//')), incomplete],
  [
    'access key: one that is not there',
    authorization((a) => a.replace(/Credential=\w+/, 'Credential=CKIAAAAAAAAAAAAAAAAA')),
    unknownKey,
  ],
  ['access key: in lower case', authorization((a) => a.replace(/Credential=\w+/, (c) => c.toLowerCase())), incomplete],
  ['signed headers: host left out', authorization((a) => a.replace('host;', '')), wrong],
  ['signed headers: the date left out', authorization((a) => a.replace(';x-amz-date', '')), wrong],
  ['signed headers: one that was not sent', authorization((a) => a.replace(';x-amz-date', ';x-amz-date;x-zzz')), wrong],
  ['signed headers: one twice', authorization((a) => a.replace('host;', 'host;host;')), incomplete],
  [
    'signed headers: in another order',
    authorization((a) =>
      a.replace(/SignedHeaders=[^,]+/, (s) => `SignedHeaders=${s.slice(14).split(';').toReversed().join(';')}`),
    ),
    incomplete,
  ],
  ['signed headers: in upper case', authorization((a) => a.replace('host;', 'Host;')), incomplete],
  ['signed headers: emptied', authorization((a) => a.replace(/SignedHeaders=[^,]+/, 'SignedHeaders=')), incomplete],
];

/** Signed with the right secret, and in another way than is asked for. */
const signedOtherwise: [name: string, sign: (request: Unsigned, api: Api) => Unsigned, error: string][] = [
  ['signed for another service', (r, { acme }) => signed(r, { ...acme.key, service: 'sts' }), wrong],
  [
    'signed for the day before',
    (r, { acme }) => signed(r, acme.key, { date: amzTime(clock.now() - 86_400_000).slice(0, 8) }),
    wrong,
  ],
  [
    'signed with UNSIGNED-PAYLOAD',
    (r, { acme }) =>
      signed(withHeader('X-Amz-Content-Sha256', 'UNSIGNED-PAYLOAD')(r), acme.key, { payloadHash: 'UNSIGNED-PAYLOAD' }),
    wrong,
  ],
  [
    'signed without the host',
    (r, { acme }) =>
      signed(r, acme.key, { signedHeaders: ['x-amz-client-token', 'x-amz-content-sha256', 'x-amz-date'] }),
    wrong,
  ],
  [
    'signed without the date',
    (r, { acme }) => signed(r, acme.key, { signedHeaders: ['host', 'x-amz-client-token', 'x-amz-content-sha256'] }),
    wrong,
  ],
  [
    'signed without the client token',
    (r, { acme }) => signed(r, acme.key, { signedHeaders: ['host', 'x-amz-content-sha256', 'x-amz-date'] }),
    wrong,
  ],
  [
    'signed with its path encoded once',
    (r, { acme }) => signed(target((t) => t.replace('?', '%20?'))(r), acme.key, { encodeOnce: true }),
    wrong,
  ],
  [
    'signed with another key’s secret',
    (r, { acme, other }) => signed(r, { ...acme.key, secret: other.key.secret }),
    wrong,
  ],
  [
    'signed in the name of another key',
    (r, { acme, other }) => signed(r, { ...acme.key, accessKeyId: other.key.accessKeyId }),
    wrong,
  ],
];

describe('security check 32: mutations of a signed request', () => {
  let api: Api;
  let userId: string;
  let addresses = 0;
  before(async () => {
    // Each comes from an address of its own, so that the limit on wrong signatures stays out of it.
    api = await startApi({ trustedProxies: ['127.0.0.1'] });
    userId = (await api.acme.member('ada', 'Pro')).id;
  });
  after(() => api.stop());

  const unsigned = (): Unsigned => ({
    method: 'POST',
    target: `/accounts/${api.acme.scope.accountId}/users/${userId}?operation=logout&z=a%20b`,
    headers: api.headers(
      ['Content-Type', 'application/json'],
      ['Content-Length', '2'],
      ['X-Amz-Content-Sha256', sha('{}')],
      ['X-Amz-Client-Token', 'first'],
    ),
    body: '{}',
  });
  const elsewhere: Change = (request) => plus('X-Forwarded-For', `198.51.100.${++addresses}`)(request);
  const epoch = (): Promise<number> => api.epochOf(userId);

  async function refused(request: Unsigned, error: string): Promise<void> {
    const before = await epoch();
    const answer = await api.send(elsewhere(request));
    assert.equal(answer.error, error, answer.body);
    assert.equal(answer.status, 403);
    assert.match(answer.body, /^\{"Code":"\w+","Message":/);
    assert.equal(await epoch(), before);
  }

  it('the request itself is good: it comes as far as the parameter that there is not', async () => {
    const answer = await api.send(elsewhere(signed(unsigned(), api.acme.key)));
    assert.equal(answer.status, 400);
    assert.match(answer.body, /The value of z is not valid/);
  });

  for (const [name, change, error] of mutations) {
    it(`security check 32: ${name} → ${error}`, () => refused(change(signed(unsigned(), api.acme.key)), error));
  }
  for (const [name, sign, error] of signedOtherwise) {
    it(`security check 32: ${name} → ${error}`, () => refused(sign(unsigned(), api), error));
  }

  it('security check 32: what is no part of a signature may differ, as AWS lets it', async () => {
    const { key } = api.acme;
    const get = { method: 'GET', target: '/accounts?name=A&max-results=5', headers: api.headers() };
    for (const request of [
      plus('User-Agent', 'another/1.0')(signed(get, key)),
      target(() => '/accounts?max-results=5&name=A')(signed(get, key)),
      target(() => '/accounts?max-results=5&name=%41')(signed(get, key)),
      withHeader('Host', ` ${new URL(api.url).host} `)(signed(get, key)),
      authorization((a) => a.replaceAll(', ', ','))(signed(get, key)),
      signed(get, { ...key, region: 'eu-central-2' }),
      signed({ ...get, headers: api.headers(['X-Forwarded-Proto', 'https']) }, key, {
        signedHeaders: ['host', 'x-amz-date'],
      }),
      signed({ ...get, headers: [...get.headers, ['X-Amz-Meta', 'a   b'], ['X-Amz-Meta', 'c']] }, key),
      signed(
        {
          ...get,
          headers: [
            ['Host', new URL(api.url).host],
            ['X-Amz-Date', amzTime(clock.now() - 285_000)],
          ],
        },
        key,
      ),
      signed(
        {
          ...get,
          headers: [
            ['Host', new URL(api.url).host],
            ['X-Amz-Date', amzTime(clock.now() + 299_000)],
          ],
        },
        key,
      ),
    ]) {
      const answer = await api.send(elsewhere(request));
      assert.equal(answer.status, 200, `${request.target} ${JSON.stringify(request.headers)} ${answer.body}`);
    }
  });
});
