import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { sendText } from '../../../src/platform/http/reply.ts';
import { everything, open, route, startServer } from './support.ts';

const asking = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

describe('a crowd of connections', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  afterEach(() => server.stop());

  it('is cut one by one where it asks hundreds of things before it is answered', async () => {
    let asked = 0;
    const page = route('/page', async (_req, res) => {
      asked++;
      sendText(res, 200, 'text/plain', 'x'.repeat(10_000));
    });
    server = await startServer({ hot: [page] });
    const socket = await open(server.port);
    const cut = once(socket.resume(), 'close');
    socket.on('error', () => undefined);
    socket.write(asking('/page').repeat(1_000));
    await cut;
    assert.ok(asked <= 32, `${asked} were answered`);
    assert.equal((await fetch(`${server.url}/page`)).status, 200);
  });

  it('is answered in full where it asks a few things at a time, again and again', async () => {
    const page = route('/page', async (_req, res) => sendText(res, 200, 'text/plain', 'done'));
    server = await startServer({ hot: [page] });
    const socket = await open(server.port);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    for (let round = 1; round <= 10; round++) {
      socket.write(asking('/page').repeat(20));
      while (text.split('done').length <= round * 20) await once(socket, 'data');
    }
    socket.destroy();
  });

  it('makes room for newcomers where it only waits', async () => {
    const page = route('/page', async (_req, res) => sendText(res, 200, 'text/plain', 'done'));
    server = await startServer({ hot: [page], limits: { connections: 5 } });
    const idle: Socket[] = [];
    for (let i = 0; i < 5; i++) {
      const socket = await open(server.port);
      socket.write(asking('/page'));
      await once(socket, 'data');
      idle.push(socket);
    }
    const closed = Promise.all(idle.map((socket) => once(socket, 'close')));
    const refused = connect(server.port, '127.0.0.1').resume();
    refused.on('error', () => undefined);
    await once(refused, 'close');
    await closed;
    assert.equal((await fetch(`${server.url}/page`)).status, 200);
  });

  it('is closed where it takes nothing of its answer', async () => {
    const page = route('/page', async (_req, res) => sendText(res, 200, 'text/plain', 'x'.repeat(64 * 1_048_576)));
    server = await startServer({ hot: [page], limits: { silentMs: 100 } });
    const socket = await open(server.port);
    socket.on('error', () => undefined);
    socket.pause().write(asking('/page'));
    const begun = Promise.withResolvers<void>();
    const look = setInterval(() => server.lines.some(({ message }) => message === 'request') && begun.resolve(), 10);
    await begun.promise;
    clearInterval(look);
    assert.ok((await everything(socket.resume())).length < 64 * 1_048_576);
  });
});
