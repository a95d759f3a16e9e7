import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text as wholeText } from 'node:stream/consumers';
import express from 'express';
import { identifyAs, requestContext } from '../../../src/platform/context/context.ts';
import { CarillonError } from '../../../src/platform/errors/errors.ts';
import { asCarillonError, errorBody } from '../../../src/platform/http/errors.ts';
import { healthRoute, readyRoute } from '../../../src/platform/http/health.ts';
import { metricsRoute } from '../../../src/platform/http/metrics.ts';
import { sendJson, sendWhole } from '../../../src/platform/http/reply.ts';
import type { HotRoute } from '../../../src/platform/http/route.ts';
import { createStreams } from '../../../src/platform/http/streams.ts';
import { createMetrics } from '../../../src/platform/metrics/metrics.ts';
import { everything, open, route, startServer } from './support.ts';

type Server = Awaited<ReturnType<typeof startServer>>;

describe('http server', () => {
  let server: Server;
  afterEach(() => server.stop());

  it('gives each request an id of its own making and a context, and logs it without the query', async () => {
    const echo = route('/echo', async (_req, res) => {
      await new Promise((done) => setImmediate(done));
      identifyAs({ type: 'User', principalId: 'u' });
      sendJson(res, 200, requestContext());
    });
    server = await startServer({ hot: [echo] });
    const headers = { 'x-request-id': 'mine', 'user-agent': 'a'.repeat(400) };
    const answer = await fetch(`${server.url}/echo?code=secret`, { headers });
    const context = (await answer.json()) as ReturnType<typeof requestContext>;
    const id = answer.headers.get('x-request-id');
    assert.notEqual(id, 'mine');
    assert.equal(context.requestId, id);
    assert.equal(context.clientAddress, '127.0.0.1');
    assert.equal(context.userAgent.length, 256);
    assert.equal(context.identity.type, 'User');
    await server.stop();
    const line = server.lines.find(({ message }) => message === 'request');
    assert.deepEqual(
      [line?.['method'], line?.['path'], line?.['status'], line?.['requestId']],
      ['GET', '/echo', 200, id],
    );
    assert.doesNotMatch(JSON.stringify(server.lines), /secret/);
    assert.match(
      await server.metrics.text(),
      /carillon_http_request_seconds_count\{route="test \/echo",status="200"\} 1/,
    );
  });

  it('has the id told by a route that does so itself, and by itself where that one fails', async () => {
    const tells = (path: string, handle: HotRoute['handle']): HotRoute => ({ ...route(path, handle), tellsId: true });
    server = await startServer({
      hot: [
        tells('/whole', async (_req, res) => sendWhole(res, 200, ['etag', '"a"'], { type: 'text/plain', text: 'ä' })),
        tells('/none', async (_req, res) => sendWhole(res, 204, [])),
        tells('/fails', () => Promise.reject(new Error('no'))),
      ],
    });
    for (const [path, status, text] of [
      ['/whole', 200, 'ä'],
      ['/none', 204, ''],
      ['/fails', 500, null],
    ] as const) {
      const answer = await fetch(`${server.url}${path}`);
      const id = answer.headers.get('x-request-id');
      const told = await answer.text();
      assert.equal(answer.status, status);
      if (text === null) assert.ok(told.includes(id!));
      else assert.equal(told, text);
      assert.match(id!, /^[\da-f]{8}-/);
    }
  });

  it('tells nothing of an unforeseen error, and the log everything', async () => {
    server = await startServer({
      hot: [route('/fail', () => Promise.reject(new Error('table users is broken')))],
    });
    const answer = await fetch(`${server.url}/fail`);
    const text = await answer.text();
    assert.equal(answer.status, 500);
    assert.match(text, /"code":"internal"/);
    assert.doesNotMatch(text, /users|stack/);
    assert.ok(text.includes(answer.headers.get('x-request-id') ?? '-'));
    assert.match(JSON.stringify(server.lines), /table users is broken/);
  });

  it('answers a refusal with its code, field and Retry-After, never its detail', async () => {
    const refusal = new CarillonError('test.slow', 'Throttled', 'Slowly.', {
      field: 'x',
      detail: 'hidden',
      retryAfter: 7,
    });
    server = await startServer({ hot: [route('/slow', () => Promise.reject(refusal))] });
    const answer = await fetch(`${server.url}/slow`);
    const body = (await answer.json()) as Record<string, unknown>;
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '7']);
    assert.deepEqual({ ...body, requestId: '' }, { code: 'test.slow', message: 'Slowly.', field: 'x', requestId: '' });
  });

  it("takes only what is the client's fault for 400", () => {
    assert.equal(asCarillonError(Object.assign(new URIError('x'), { status: 400 })).status, 400);
    assert.equal(asCarillonError(Object.assign(new Error('x'), { status: 413, expose: true })).status, 400);
    assert.equal(asCarillonError(Object.assign(new Error('x'), { status: 404 })).code, 'internal');
    assert.equal(asCarillonError('thrown').code, 'internal');
    assert.deepEqual(Object.keys(errorBody(new Error('x'), 'r')), ['code', 'message', 'requestId']);
  });

  for (const [what, bytes, status] of [
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['garbage', '\0\0\0\r\n\r\n', 400],
    ['headers too large', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(17_000)}\r\n\r\n`, 431],
    ['a target that is none', 'GET nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 400],
    ['headers that never end', 'GET / HTTP/1.1\r\nHost: x\r\n', 408],
    ['a body that never ends', 'POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n', 408],
  ] as const) {
    it(`answers ${status} to ${what}`, async () => {
      const body = route('/body', async (req) => void (await once(req, 'end')));
      server = await startServer({ hot: [body], limits: { headersMs: 50, requestMs: 100 } });
      const socket = await open(server.port);
      socket.write(bytes);
      assert.match(await everything(socket), new RegExp(`^HTTP/1.1 ${status} `));
    });
  }

  it('keeps the path that was asked for, whatever its form', async () => {
    const path = route('//other.example/x', async (_req, res, url) => sendJson(res, 200, url.pathname));
    server = await startServer({ hot: [path, route('/abs', async (_req, res) => sendJson(res, 200, 'absolute'))] });
    const ask = async (target: string): Promise<string> => {
      const socket = await open(server.port);
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      return everything(socket);
    };
    assert.match(await ask('//other.example/x'), /"\/\/other\.example\/x"$/);
    assert.match(await ask('http://evil.example/abs?a=1'), /"absolute"$/);
  });

  it('refuses a path that a proxy might resolve to another', async () => {
    server = await startServer({ app: (_req, res) => res.end('reached') });
    const ask = async (target: string): Promise<string | undefined> => {
      const socket = await open(server.port);
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      return / (\d+) /.exec(await everything(socket))?.[1];
    };
    for (const target of [
      '/..',
      '/a/../b',
      '/a/./b',
      '/a/.',
      '/a/.?x=1',
      '/a/%2e%2E/b',
      '/a/.%2e/b',
      '/a/%2e',
      '/a/..%2fb',
      '/a%2f../b',
      '/a%5c..%5cb',
      '/a\\b',
      'http://x/../b',
    ])
      assert.equal(await ask(target), '400', target);
    for (const target of ['/', '/.well-known/x', '/a/..b', '/a..', '/a/...', '/a.b/c', '/a?next=/../b', '/%2ea'])
      assert.equal(await ask(target), '200', target);
  });

  for (const how of ['a hot route', 'the app']) {
    it(`tells a client that keeps its connection to close it, when ${how} answers after the stop began`, async () => {
      const started = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      const slow = async (): Promise<void> => {
        started.resolve();
        await held.promise;
      };
      const hot = [route('/slow', async (_req, res) => slow().then(() => sendJson(res, 200, 'done')))];
      const app = express().get('/slow', async (_req, res) => void (await slow().then(() => res.json('done'))));
      server = await startServer(how === 'the app' ? { app } : { hot });
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ask = async (path: string): Promise<{ connection: string | undefined; text: string; reused: boolean }> => {
        const asked = request(`${server.url}${path}`, { agent }).end();
        const [answer] = (await once(asked, 'response')) as [IncomingMessage];
        const { headers } = answer;
        return { connection: headers.connection, text: await wholeText(answer), reused: asked.reusedSocket };
      };
      assert.equal((await ask('/warm')).connection, 'keep-alive');
      const answer = ask('/slow');
      await started.promise;
      const stopped = server.stop();
      held.resolve();
      assert.deepEqual(await answer, { connection: 'close', text: '"done"', reused: true });
      await stopped;
      agent.destroy();
    });
  }

  it('answers an accepted request before it stops, and takes no new one', async () => {
    const started = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const slow = route('/slow', async (_req, res) => {
      started.resolve();
      await held.promise;
      sendJson(res, 200, 'done');
    });
    server = await startServer({ hot: [slow] });
    const [socket, silent] = [await open(server.port), await open(server.port)];
    const [answer, nothing] = [everything(socket), everything(silent)];
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await started.promise;
    const stopped = server.stop();
    await assert.rejects(open(server.port), /ECONNREFUSED/);
    held.resolve();
    assert.match(await answer, /^HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*"done"$/i);
    assert.equal(await nothing, '');
    await stopped;
  });

  it('answers all that a client asked on one connection before it stops, and closes after the last', async () => {
    const taken = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const held = Promise.withResolvers<void>();
    let requests = 0;
    const slow = route('/slow', async (_req, res) => {
      taken[requests++]?.resolve();
      await held.promise;
      sendJson(res, 200, 'done');
    });
    server = await startServer({ hot: [slow] });
    const socket = await open(server.port);
    const answers = everything(socket);
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2));
    await Promise.all(taken.map(({ promise }) => promise));
    const stopped = server.stop();
    held.resolve();
    const connections = [...(await answers).matchAll(/^connection: (\S+)/gim)].map(([, value]) => value);
    assert.deepEqual(connections, ['keep-alive', 'close']);
    await stopped;
  });

  it('ends streams when it stops', async () => {
    const streams = createStreams();
    const events = route('/events', async (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: hello\n\n');
      streams.add(res, () => res.end('event: stop\n\n'));
    });
    server = await startServer({ hot: [events], streams });
    const answer = await fetch(`${server.url}/events`);
    const text = answer.text();
    await server.stop();
    assert.equal(await text, 'data: hello\n\nevent: stop\n\n');
  });

  it('cuts what does not end by the deadline', async () => {
    const started = Promise.withResolvers<void>();
    const never = route('/never', () => {
      started.resolve();
      return new Promise(() => undefined);
    });
    server = await startServer({ hot: [never], limits: { stopMs: 50 } });
    const socket = await open(server.port);
    const answer = everything(socket);
    socket.write('GET /never HTTP/1.1\r\nHost: x\r\n\r\n');
    await started.promise;
    await server.stop();
    assert.equal(await answer, '');
  });

  it('says whether it lives and whether it is ready', async () => {
    const checks = [
      { name: 'database', check: () => Promise.reject(new Error('down')) },
      { name: 'bus', check: () => Promise.resolve() },
    ];
    server = await startServer({ hot: [healthRoute(), readyRoute(checks)] });
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    const ready = await fetch(`${server.url}/readyz`);
    assert.equal(ready.status, 503);
    assert.deepEqual(await ready.json(), { status: 'not ready', failing: ['database'] });
    checks.shift();
    await server.stop();
    server = await startServer({ hot: [readyRoute(checks)] });
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
  });

  it('shows metrics to this machine, or to who has the token', async () => {
    const metrics = createMetrics();
    metrics.counter('test_total', 'A test.', ['kind'])({ kind: 'a' });
    metrics.gauge('test_open', 'A test.', () => 3);
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${server.url}/metrics`, { headers })).status;
    server = await startServer({
      hot: [metricsRoute(metrics, { token: undefined, publicUrl: 'http://localhost:3000' })],
    });
    const text = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(text, /carillon_test_total\{kind="a"\} 1/);
    assert.match(text, /carillon_test_open 3/);
    assert.equal(await status({ 'x-forwarded-for': '127.0.0.1' }), 403);
    await server.stop();
    server = await startServer({
      hot: [metricsRoute(metrics, { token: 'a-long-metrics-token', publicUrl: 'http://localhost:3000' })],
    });
    assert.equal(await status({}), 401);
    assert.equal(await status({ authorization: 'Bearer wrong' }), 401);
    assert.equal(await status({ authorization: 'Bearer a-long-metrics-token' }), 200);
  });

  it('shows metrics to nobody without a token, not even to this machine, when it is there for others', async () => {
    server = await startServer({
      hot: [metricsRoute(createMetrics(), { token: undefined, publicUrl: 'https://carillon.example.com' })],
    });
    const answer = await fetch(`${server.url}/metrics`);
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /"code":"metrics\.noToken","message":"[^"]*METRICS_TOKEN/);
  });
});
