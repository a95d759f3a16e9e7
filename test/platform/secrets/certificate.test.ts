import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { createServer, get } from 'node:https';
import { join } from 'node:path';
import { testFolder } from '../../support/folder.ts';
import { portOf } from '../../support/port.ts';
import { makeCertificate, openCertificate } from '../../../src/platform/secrets/certificate.ts';
import * as der from '../../../src/platform/secrets/der.ts';

const hex = (value: Buffer): string => value.toString('hex');

describe('der', () => {
  it('encodes lengths of one, two and three bytes', () => {
    assert.equal(hex(der.octets(Buffer.alloc(127)).subarray(0, 2)), '047f');
    assert.equal(hex(der.octets(Buffer.alloc(128)).subarray(0, 3)), '048180');
    assert.equal(hex(der.octets(Buffer.alloc(256)).subarray(0, 4)), '04820100');
  });

  it('encodes integers with no byte too many and a sign', () => {
    assert.equal(hex(der.integer(Buffer.from([0, 0, 0]))), '020100');
    assert.equal(hex(der.integer(Buffer.from([0, 0x7f]))), '02017f');
    assert.equal(hex(der.integer(Buffer.from([0x80]))), '02020080');
  });

  it('encodes identifiers and times', () => {
    assert.equal(hex(der.oid('1.2.840.10045.4.3.2')), '06082a8648ce3d040302');
    assert.equal(
      der
        .time(Date.UTC(2049, 11, 31, 23, 59, 59))
        .subarray(2)
        .toString(),
      '491231235959Z',
    );
    assert.equal(
      der
        .time(Date.UTC(2050, 0, 1))
        .subarray(2)
        .toString(),
      '20500101000000Z',
    );
  });
});

describe('openCertificate', () => {
  let folder: string;
  beforeEach(() => {
    folder = testFolder();
  });

  it('makes a self-signed certificate for this machine', () => {
    const { key, cert } = openCertificate(folder);
    const read = new X509Certificate(cert);
    assert.equal(read.subject, 'CN=localhost');
    assert.equal(read.verify(read.publicKey), true);
    assert.equal(read.checkPrivateKey(createPrivateKey(key)), true);
    assert.equal(read.checkHost('localhost'), 'localhost');
    assert.equal(read.checkIP('127.0.0.1'), '127.0.0.1');
    assert.equal(read.checkIP('::1'), '::1');
    assert.equal(read.checkHost('example.com'), undefined);
    assert.equal(read.ca, false);
    assert.ok(read.validFromDate.getTime() < Date.now() && read.validToDate.getTime() > Date.now());
  });

  it('finds it again, and makes a new one for a damaged or ended one', () => {
    const first = openCertificate(folder);
    const path = join(folder, 'development.pem');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(openCertificate(folder), first);
    writeFileSync(path, 'damaged');
    const second = openCertificate(folder);
    assert.notEqual(second.cert, first.cert);
    assert.deepEqual(openCertificate(folder), second);
  });

  it('serves a real client that trusts it, under its names alone', async () => {
    const { key, cert } = makeCertificate(['localhost']);
    const server = createServer({ key, cert }, (_, response) => response.end('here')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = portOf(server);
    const ask = (servername: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get({ host: '127.0.0.1', port, servername, ca: cert, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on('error', reject);
      });
    try {
      assert.equal(await ask('localhost'), 200);
      await assert.rejects(ask('other.example'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    } finally {
      server.close();
    }
  });
});
