import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import type { CustomFetch } from 'openid-client';
import type { Lookup } from '../../../src/platform/outbound/connector.ts';
import { portOf } from '../../support/port.ts';
import { createOutbound, type Outbound, type OutboundOptions } from '../../../src/platform/outbound/outbound.ts';
import { makeCertificate } from '../../../src/platform/secrets/certificate.ts';

const to =
  (...addresses: string[]): Lookup =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

const failing: Lookup = () => Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));

const everything = (): boolean => true;

const second = (address: string): boolean => address === '127.0.0.2';

describe('outbound', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });

  async function listening(server: Server | TlsServer, host = '127.0.0.1'): Promise<number> {
    server.listen(0, host);
    await once(server, 'listening');
    open.push({ close: () => server.closeAllConnections() }, server);
    return portOf(server);
  }
  const serve = (handle: RequestListener): Promise<number> => listening(createServer(handle));

  function outboundFor(options: OutboundOptions): Outbound {
    const outbound = createOutbound({ timeoutMs: 2000, ...options });
    open.unshift(outbound);
    return outbound;
  }

  describe('to a host that the operator listed', () => {
    it('sends method, headers and body, and gives the whole answer', async () => {
      const port = await serve((request, response) => {
        request.setEncoding('utf8');
        let body = '';
        request.on('data', (chunk: string) => (body += chunk));
        request.on('end', () => {
          response.setHeader('content-type', 'application/json');
          response.writeHead(201).end(JSON.stringify({ method: request.method, header: request.headers['x-a'], body }));
        });
      });
      const outbound = outboundFor({ privateHosts: [`127.0.0.1:${port}`] });
      const body = new URLSearchParams({ grant: 'ö' });
      const url = `http://127.0.0.1:${port}/token`;
      const answer = await outbound.fetch(url, { method: 'POST', headers: { 'x-a': 'b' }, body });
      assert.ok(answer instanceof Response);
      assert.equal(answer.status, 201);
      assert.deepEqual(await answer.json(), { method: 'POST', header: 'b', body: 'grant=%C3%B6' });
    });

    it('serves as the fetch of openid-client', () => {
      const outbound = outboundFor({ privateHosts: [] });
      const custom: CustomFetch = (url, init) => outbound.fetch(url, init);
      assert.equal(typeof custom, 'function');
    });

    for (const host of ['127.0.0.1', '::1']) {
      it(`reaches localhost where only ${host} listens`, async () => {
        const port = await listening(
          createServer((_, response) => response.end('here')),
          host,
        );
        const outbound = outboundFor({ privateHosts: [`localhost:${port}`] });
        assert.equal(await (await outbound.fetch(`http://localhost:${port}/`)).text(), 'here');
      });
    }

    it('does not reach another port of it', async () => {
      const port = await serve((_, response) => response.end('inner'));
      const outbound = outboundFor({ privateHosts: [`127.0.0.1:${port + 1}`] });
      await assert.rejects(outbound.fetch(`http://127.0.0.1:${port}/`), { code: 'outbound.notAllowed' });
    });
  });

  describe('refuses', () => {
    it('security check 44: addresses inside, however they are written', async () => {
      const outbound = outboundFor({ privateHosts: ['localhost:1'], lookup: to('127.0.0.1') });
      const hosts = [
        '127.0.0.1',
        '2130706433',
        '0x7f.1',
        '0177.0.0.1',
        '0',
        '10.1.2.3',
        '169.254.169.254',
        '100.64.0.1',
      ];
      const six = [
        '[::1]',
        '[::]',
        '[::ffff:127.0.0.1]',
        '[fe80::1]',
        '[fd00:ec2::254]',
        '[64:ff9b::7f00:1]',
        '[2002:7f00:1::]',
      ];
      for (const host of [...hosts, ...six, 'localhost', 'inner.example', 'localhost.']) {
        await assert.rejects(
          outbound.fetch(`https://${host}:8443/`),
          { code: 'outbound.notAllowed', kind: 'BadRequest' },
          host,
        );
      }
    });

    it('security check 44: a name with one address inside among public ones', async () => {
      const outbound = outboundFor({ privateHosts: [], lookup: to('8.8.8.8', '10.0.0.1') });
      await assert.rejects(outbound.fetch('https://mixed.example/'), { code: 'outbound.notAllowed' });
    });

    it('http, other schemes, user information and what is no URL', async () => {
      const outbound = outboundFor({ privateHosts: ['127.0.0.1'], lookup: to('8.8.8.8') });
      const urls = [
        'http://public.example/',
        'ftp://127.0.0.1/',
        'file:///etc/passwd',
        'data:,x',
        'https://u:p@127.0.0.1/',
        'x',
        '',
      ];
      for (const url of urls) await assert.rejects(outbound.fetch(url), { code: 'outbound.notAllowed' }, url);
    });

    it('security check 44: a redirect', async () => {
      let asked = 0;
      const port = await serve((request, response) => {
        asked += 1;
        response.writeHead(Number(request.url?.slice(1)), { location: '/200' }).end();
      });
      const outbound = outboundFor({ privateHosts: ['127.0.0.1'] });
      for (const status of [301, 302, 303, 307, 308]) {
        const sent = outbound.fetch(`http://127.0.0.1:${port}/${status}`, { redirect: 'follow' });
        await assert.rejects(sent, { code: 'outbound.redirected', kind: 'BadGateway' });
      }
      assert.equal(asked, 5);
    });

    it('a body over the limit, also one that grows when decompressed', async () => {
      const port = await serve((request, response) => {
        if (request.url === '/endless') {
          const more = (): void => {
            while (response.write(Buffer.alloc(16_384)));
          };
          response.on('drain', more);
          more();
        } else {
          response
            .writeHead(200, { 'content-encoding': 'gzip' })
            .end(gzipSync(Buffer.alloc(Number(request.url?.slice(1)))));
        }
      });
      const outbound = outboundFor({ privateHosts: ['127.0.0.1'], maxBytes: 50_000 });
      const url = `http://127.0.0.1:${port}`;
      await assert.rejects(outbound.fetch(`${url}/endless`), { code: 'outbound.tooLarge' });
      await assert.rejects(outbound.fetch(`${url}/50001`), { code: 'outbound.tooLarge' });
      assert.equal((await (await outbound.fetch(`${url}/50000`)).arrayBuffer()).byteLength, 50_000);
    });
  });

  describe('gives up', () => {
    it('at the deadline: before the headers, and in a body that drips', async () => {
      const port = await serve((request, response) => {
        if (request.url !== '/drip') return;
        const drip = setInterval(() => response.write('.'), 20);
        response.on('close', () => clearInterval(drip));
      });
      const outbound = outboundFor({ privateHosts: ['127.0.0.1'], timeoutMs: 200 });
      for (const path of ['hang', 'drip']) {
        await assert.rejects(outbound.fetch(`http://127.0.0.1:${port}/${path}`), { code: 'outbound.timedOut' }, path);
      }
    });

    it('in a look-up that hangs', async () => {
      const outbound = outboundFor({ privateHosts: [], timeoutMs: 100, lookup: () => new Promise(() => {}) });
      await assert.rejects(outbound.fetch('https://slow.example/'), { code: 'outbound.timedOut' });
    });

    it('when the caller does, with the reason of the caller', async () => {
      const port = await serve(() => {});
      const outbound = outboundFor({ privateHosts: ['127.0.0.1'] });
      const reason = new Error('no longer needed');
      const sent = outbound.fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.abort(reason) });
      await assert.rejects(sent, reason);
    });

    it('where nobody listens, nothing resolves, or the connection breaks', async () => {
      const port = await serve((request) => request.socket.destroy());
      const warned: object[] = [];
      const log = { warn: (fields: object) => warned.push(fields) };
      const outbound = outboundFor({ privateHosts: ['127.0.0.1'], lookup: failing, log });
      for (const url of [`http://127.0.0.1:${port}/?secret=1`, 'http://127.0.0.1:1/', 'https://gone.example/']) {
        await assert.rejects(outbound.fetch(url), { code: 'outbound.unreachable', kind: 'BadGateway' }, url);
      }
      assert.equal(warned.length, 3);
      assert.doesNotMatch(JSON.stringify(warned), /secret/);
    });
  });

  describe('over TLS', () => {
    const tls = makeCertificate(['idp.example']);
    const secure = (host: string): Promise<number> =>
      listening(
        createTlsServer(tls, (_, response) => response.end(host)),
        host,
      );

    it('trusts the certificate of the host alone, and only a known one', async () => {
      const port = await secure('127.0.0.1');
      const lookup = to('127.0.0.1');
      const outbound = outboundFor({ privateHosts: [], lookup, isPublic: everything, ca: [tls.cert] });
      assert.equal(await (await outbound.fetch(`https://idp.example:${port}/`)).text(), '127.0.0.1');
      const other = outbound.fetch(`https://other.example:${port}/`, { headers: { host: 'idp.example' } });
      await assert.rejects(other, { code: 'outbound.unreachable' });
      const stranger = outboundFor({ privateHosts: [], lookup, isPublic: everything });
      await assert.rejects(stranger.fetch(`https://idp.example:${port}/`), { code: 'outbound.unreachable' });
    });

    it('security check 44: dials the address that it checked, whatever the name says a moment later', async () => {
      // 127.0.0.2 plays the public server, 127.0.0.3 the inner one, on the same port.
      const port = await secure('127.0.0.2');
      const inner = createTlsServer(tls, (_, response) => response.end('inner'));
      inner.listen(port, '127.0.0.3');
      await once(inner, 'listening');
      open.push(inner);
      let asked = 0;
      const lookup: Lookup = (hostname) => to((asked += 1) === 1 ? '127.0.0.2' : '127.0.0.3')(hostname);
      const options = { privateHosts: [], lookup, isPublic: second, ca: [tls.cert] };
      const first = outboundFor(options);
      assert.equal(await (await first.fetch(`https://idp.example:${port}/`)).text(), '127.0.0.2');
      assert.equal(asked, 1);
      await assert.rejects(outboundFor(options).fetch(`https://idp.example:${port}/`), { code: 'outbound.notAllowed' });
      assert.equal(asked, 2);
    });
  });
});
