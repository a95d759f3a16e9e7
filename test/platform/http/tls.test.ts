import assert from 'node:assert/strict';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { loadConfig } from '../../../src/platform/config/load.ts';
import { openTls } from '../../../src/platform/http/tls.ts';
import { makeCertificate } from '../../../src/platform/secrets/certificate.ts';
import { testFolder } from '../../support/folder.ts';
import { until } from '../../support/until.ts';
import { everything, open, route, startServer } from './support.ts';

const hello = route('/hello', async (_req, res) => void res.end('hello'));

/** A request that trusts one certificate alone. */
const ask = (port: number, ca: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const req = get({ host: 'localhost', port, path: '/hello', ca, agent: false }, (res) => {
      res.setEncoding('utf8').on('data', resolve);
    });
    req.on('error', reject);
  });

describe('TLS of the server itself', () => {
  const files = (folder: string) => ({
    tlsCertificate: join(folder, 'cert.pem'),
    tlsKey: join(folder, 'key.pem'),
    certsDir: folder,
  });
  function write(folder: string, { key, cert }: { key: string; cert: string }): void {
    for (const [name, text] of Object.entries({ 'key.pem': key, 'cert.pem': cert })) {
      writeFileSync(join(folder, `${name}.new`), text);
      renameSync(join(folder, `${name}.new`), join(folder, name));
    }
  }

  it('answers https with the certificate of the files, nothing below TLS 1.2, and no plain http', async () => {
    const folder = testFolder();
    const made = makeCertificate(['localhost']);
    write(folder, made);
    const server = await startServer({ hot: [hello], tls: openTls(files(folder)) });
    assert.equal(await ask(server.port, made.cert), 'hello');
    await assert.rejects(ask(server.port, makeCertificate(['localhost']).cert), { code: /CERT|SELF_SIGNED/ });
    const old = connect({
      host: 'localhost',
      port: server.port,
      ca: made.cert,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const [refusal] = (await once(old, 'error')) as [Error];
    assert.match(refusal.message, /alert protocol version|unsupported protocol/i);
    const plain = await open(server.port);
    plain.write('GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n');
    assert.doesNotMatch(await everything(plain), /hello/);
    await server.stop();
  });

  it('takes up a renewed certificate without a new start, and keeps the old one while the new one is unfit', async () => {
    const folder = testFolder();
    const first = makeCertificate(['localhost']);
    write(folder, first);
    const server = await startServer({ hot: [hello], tls: openTls(files(folder), 10) });
    const second = makeCertificate(['localhost']);
    writeFileSync(join(folder, 'cert.pem'), second.cert); // the key is still the first one's
    await until(() => server.lines.some(({ message }) => /cannot be used/.test(String(message))));
    assert.equal(await ask(server.port, first.cert), 'hello');
    write(folder, second);
    await until(() => server.lines.some(({ message }) => /was replaced/.test(String(message))));
    assert.equal(await ask(server.port, second.cert), 'hello');
    await server.stop();
  });

  it('stops at once although a client holds a connection on which it never asked', async () => {
    const folder = testFolder();
    const made = makeCertificate(['localhost']);
    write(folder, made);
    const server = await startServer({ hot: [hello], tls: openTls(files(folder)), limits: { stopMs: 60_000 } });
    const idle: TLSSocket = connect({ host: 'localhost', port: server.port, ca: made.cert });
    await once(idle, 'secureConnect');
    idle.on('error', () => undefined);
    const closed = once(idle, 'close');
    await server.stop();
    await closed;
  });

  it('refuses to start with files that cannot be read or do not belong together, and says which', () => {
    const folder = testFolder();
    assert.throws(() => openTls(files(folder)), { code: 'http.tlsUnreadable', message: /cert\.pem.*ENOENT/ });
    write(folder, { key: makeCertificate(['localhost']).key, cert: makeCertificate(['localhost']).cert });
    assert.throws(() => openTls(files(folder)), { code: 'http.tlsUnfit', message: /key\.pem/ });
  });

  it('is a fault of the configuration beside an http origin, and a key without a certificate is one', () => {
    const folder = testFolder();
    const load = (env: Record<string, string>) => loadConfig({ env, folder });
    assert.equal(load({ TLS_CERTIFICATE: 'development', PORT: '8443' }).publicUrl, 'https://localhost:8443');
    assert.throws(() => load({ TLS_CERTIFICATE: 'c.pem', PUBLIC_URL: 'http://a.example' }), /https origin/);
    assert.throws(() => load({ TLS_KEY: 'k.pem' }), /TLS_KEY: needs TLS_CERTIFICATE/);
  });
});
