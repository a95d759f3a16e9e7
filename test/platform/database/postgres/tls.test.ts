import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createSecureContext, TLSSocket } from 'node:tls';
import { Client } from 'pg';
import { readAddress } from '../../../../src/platform/database/postgres/address.ts';
import { clientOptions } from '../../../../src/platform/database/postgres/source.ts';
import { type Certificate, makeCertificate } from '../../../../src/platform/secrets/certificate.ts';
import { testFolder } from '../../../support/folder.ts';
import { portOf } from '../../../support/port.ts';

/** As much of a PostgreSQL server as comes before the first query: the offer of TLS, and the start (manual §55.2.10). */
async function startHandshakes(
  answer: 'S' | 'N',
  certificate: Certificate,
): Promise<{ server: Server; started: string[] }> {
  const started: string[] = [];
  const secureContext = createSecureContext({ ...certificate });
  const hear = (socket: Socket): void => {
    socket.on('error', () => {});
    socket.once('data', (message: Buffer) => {
      started.push(message.subarray(8).toString());
      socket.destroy();
    });
  };
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (message: Buffer) => {
      if (message.length !== 8) {
        started.push(`in the clear: ${message.subarray(8).toString()}`);
        socket.destroy();
        return;
      }
      socket.write(answer);
      if (answer === 'S') hear(new TLSSocket(socket, { isServer: true, secureContext }));
      else hear(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, started };
}

describe('TLS to a PostgreSQL server', () => {
  const certificate = makeCertificate(['localhost']);
  const servers: Server[] = [];
  let root: string;
  before(() => {
    const file = join(testFolder(), 'root.pem');
    writeFileSync(file, certificate.cert);
    root = `sslrootcert=${file}`;
  });
  after(() => servers.forEach((server) => server.close()));

  /** Why a connection failed, and what the server was told before. */
  async function attempt(answer: 'S' | 'N', host: string, query: string): Promise<{ why: string; told: string[] }> {
    const { server, started } = await startHandshakes(answer, certificate);
    servers.push(server);
    const url = `postgres://ada:hunter22@${host}:${portOf(server)}/carillon?${query}`;
    const client = new Client(clientOptions(readAddress(url), 'test', false));
    client.on('error', () => {});
    const why = await client.connect().then(
      () => 'connected',
      (error: Error) => `${(error as { code?: string }).code ?? ''} ${error.message}`,
    );
    return { why, told: started.map((text) => text.replaceAll('\0', ' ')) };
  }

  it('tells nothing to a server that proves nothing, or is not whom it was asked for', async () => {
    for (const [host, query, reason] of [
      ['localhost', 'sslmode=verify-full', /SELF_SIGNED|UNABLE_TO_VERIFY/],
      ['0x7f.1', `sslmode=verify-full&${root}`, /ALTNAME_INVALID/],
      ['0x7f.1', root, /ALTNAME_INVALID/],
    ] as const) {
      const { why, told } = await attempt('S', host, query);
      assert.match(why, reason, query);
      assert.deepEqual(told, [], query);
    }
  });

  it('does not go on in the clear with a server that offers no TLS', async () => {
    for (const query of ['sslmode=require', `sslmode=verify-full&${root}`]) {
      const { why, told } = await attempt('N', 'localhost', query);
      assert.match(why, /does not support SSL/);
      assert.deepEqual(told, []);
    }
  });

  it('speaks with one that proves its name, and as weakly as it was told, no less', async () => {
    for (const [host, query] of [
      ['localhost', `sslmode=verify-full&${root}`],
      ['0x7f.1', `sslmode=verify-ca&${root}`],
      ['0x7f.1', 'sslmode=require'],
    ] as const) {
      const { told } = await attempt('S', host, query);
      assert.match(told[0] ?? '', /user ada/, query);
      assert.doesNotMatch(told[0] ?? '', /in the clear/);
    }
  });
});
