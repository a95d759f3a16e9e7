import assert from 'node:assert/strict';
import { readForm, readJson } from '../../../src/platform/http/body.ts';
import { sendJson } from '../../../src/platform/http/reply.ts';
import { everything, open, route, startServer } from './support.ts';

describe('request bodies', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  before(async () => {
    server = await startServer({
      hot: [
        route('/json', async (req, res) => sendJson(res, 200, await readJson(req, { limit: 1000, depth: 5 }))),
        route('/form', async (req, res) => sendJson(res, 200, [...(await readForm(req, { limit: 1000 }))])),
      ],
    });
  });
  after(() => server.stop());

  const post = async (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      body,
      headers: {
        'content-type': path === '/json' ? 'application/json' : 'application/x-www-form-urlencoded',
        ...headers,
      },
    });
    const value = (await answer.json()) as { code?: string };
    return { status: answer.status, code: value.code, value };
  };

  it('reads JSON and forms', async () => {
    assert.deepEqual(
      (await post('/json', '{"a":[1]}', { 'content-type': 'Application/JSON; charset="UTF-8"' })).value,
      { a: [1] },
    );
    const form = await post('/form', 'a=%C3%BC+b&a=2&__proto__=x&c');
    assert.deepEqual(form.value, [
      ['a', 'ü b'],
      ['a', '2'],
      ['__proto__', 'x'],
      ['c', ''],
    ]);
  });

  for (const [what, path, body, headers, status, code] of [
    ['a wrong type', '/json', '{}', { 'content-type': 'text/plain' }, 415, 'body.type'],
    ['JSON for a form', '/form', '{}', { 'content-type': 'application/json' }, 415, 'body.type'],
    ['another charset', '/json', '{}', { 'content-type': 'application/json; charset=utf-16' }, 415, 'body.charset'],
    ['compression', '/json', '{}', { 'content-encoding': 'gzip' }, 415, 'body.encoding'],
    ['too much', '/json', `"${'a'.repeat(1000)}"`, {}, 413, 'body.tooLarge'],
    ['much too much', '/json', 'a'.repeat(900_000), {}, 413, 'body.tooLarge'],
    ['no JSON', '/json', '{"a":', {}, 400, 'body.notJson'],
    ['nothing', '/json', '', {}, 400, 'body.notJson'],
    ['broken UTF-8', '/json', new Uint8Array([0x22, 0xff, 0x22]), {}, 400, 'body.notUtf8'],
    ['JSON too deep', '/json', '['.repeat(6) + ']'.repeat(6), {}, 400, 'body.tooDeep'],
    ['__proto__', '/json', '{"a":[{"__proto__":{"admin":true}}]}', {}, 400, 'body.forbiddenKey'],
    ['a broken escape', '/form', 'a=%zz', {}, 400, 'body.notForm'],
    ['an escape that is no UTF-8', '/form', 'a=%ff', {}, 400, 'body.notForm'],
    ['too many fields', '/form', 'a&'.repeat(499), {}, 200, undefined],
  ] as const) {
    it(`answers ${status} to ${what}`, async () => {
      const answer = await post(path, body, headers);
      assert.deepEqual([answer.status, answer.code], [status, code]);
    });
  }

  it('counts a body that does not say its size, and keeps the connection', async () => {
    const socket = await open(server.port);
    const answer = everything(socket);
    const head = 'POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const chunk = `200\r\n${'a'.repeat(512)}\r\n`;
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(10)}0\r\n\r\n`);
    socket.write(`${head}Connection: close\r\nContent-Length: 2\r\n\r\n{}`);
    const text = await answer;
    assert.match(text, /^HTTP\/1\.1 413 [\s\S]*HTTP\/1\.1 200 [\s\S]*\{\}$/);
  });

  it('closes the connection of a body that goes on and on', async () => {
    const socket = await open(server.port);
    socket.on('error', () => undefined);
    const closed = new Promise((done) => socket.once('close', done));
    socket.resume();
    socket.write(
      'POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90000000\r\n\r\n',
    );
    const more = (): void => {
      if (!socket.destroyed) socket.write(Buffer.alloc(65_536), () => setImmediate(more));
    };
    more();
    await closed;
  });
});
