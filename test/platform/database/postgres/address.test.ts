import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions, PeerCertificate } from 'node:tls';
import { readAddress } from '../../../../src/platform/database/postgres/address.ts';
import { loadConfig } from '../../../../src/platform/config/load.ts';
import { redactText } from '../../../../src/platform/log/redact.ts';
import { testFolder } from '../../../support/folder.ts';

describe('the address of a PostgreSQL server', () => {
  it('is read in every form that libpq has for one host', () => {
    const plain = readAddress('postgres://ada:s%40fe@db.example:6432/carillon?sslmode=require&connect_timeout=3');
    assert.deepEqual(
      { ...plain, ssl: undefined },
      {
        host: 'db.example',
        port: 6432,
        user: 'ada',
        password: 's@fe',
        database: 'carillon',
        ssl: undefined,
        connectSeconds: 3,
        options: '',
      },
    );
    for (const socket of [
      'postgresql:///carillon?host=/run/pg',
      'postgres://ada@/carillon?host=/run/pg',
      'postgres://%2Frun%2Fpg/carillon',
    ]) {
      const { host, database, ssl } = readAddress(socket);
      assert.deepEqual({ host, database, ssl }, { host: '/run/pg', database: 'carillon', ssl: false }, socket);
    }
    assert.equal(readAddress('postgres:///carillon').host, '/var/run/postgresql');
    assert.equal(readAddress('postgres://[::1]:5433/carillon').host, '::1');
    assert.equal(readAddress('postgres://localhost/x?user=eve&password=p%26q').password, 'p&q');
  });

  it('never asks for less of TLS than it says, and for everything when it says nothing', () => {
    const of = (query: string, host = 'db.example'): ConnectionOptions | false =>
      readAddress(`postgres://${host}/c${query}`).ssl;
    const isVerified = (query: string): unknown => {
      const ssl = of(query);
      return ssl && ssl.rejectUnauthorized;
    };
    assert.equal(isVerified(''), true);
    assert.equal(isVerified('?sslmode=verify-full'), true);
    assert.equal(isVerified('?sslmode=require'), false);
    assert.equal(of('?sslmode=disable'), false);
    assert.equal(of('', '127.0.0.1'), false, 'this machine');
    const ssl = of('?sslmode=verify-full', '10.1.2.3');
    const check = (subjectaltname: string): Error | undefined =>
      ssl ? ssl.checkServerIdentity!('localhost', { subject: {}, subjectaltname } as PeerCertificate) : undefined;
    assert.ok(check('DNS:localhost') instanceof Error, 'the address that was asked for, not another name');
    assert.equal(check('IP Address:10.1.2.3'), undefined);
    const root = join(testFolder(), 'root.pem');
    writeFileSync(root, 'x');
    const byCa = of(`?sslmode=require&sslrootcert=${root}`);
    assert.ok(byCa);
    assert.deepEqual([byCa.rejectUnauthorized, byCa.ca], [true, 'x']);
  });

  it('is refused when it is not understood, and nothing of its password is shown', () => {
    for (const wrong of [
      'postgres://ada:hunter22@db.example/c?sslmode=prefer',
      'postgres://ada:hunter22@db.example/c?sslmode=allow',
      'postgres://ada:hunter22@db.example/c?sslmode=verify-ca',
      'postgres://ada:hunter22@db.example/c?sslmod=require',
      'postgres://ada:hunter22@db.example/c?sslmode=verify-full&sslrootcert=/nowhere.pem',
      'postgres://ada:hunter22@db.example:99999/c',
      'postgres://ada:hunter22@db.example',
      'postgres://ada:hunter22@a,b/c',
      'postgres://ada:hunter22@db.example/%zz',
      'mysql://ada:hunter22@db.example/c',
    ]) {
      if (wrong.startsWith('postgres')) {
        assert.throws(
          () => readAddress(wrong),
          (error: Error) => !error.message.includes('hunter22'),
          wrong,
        );
      }
      assert.throws(
        () => loadConfig({ env: { DATABASE_URL: wrong }, folder: testFolder() }),
        ({ message }: Error) => message.includes('DATABASE_URL') && !message.includes('hunter22'),
        wrong,
      );
    }
    assert.equal(
      redactText('cannot reach postgres://ada:hunter22@db.example/c?password=hunter22'),
      'cannot reach postgres://ada:[redacted]@db.example/c?password=[redacted]',
    );
  });

  it('is kept as it is, where a file’s path would be made absolute', () => {
    const folder = testFolder();
    const url = 'postgres://ada@localhost/carillon';
    const config = loadConfig({ env: { DATABASE_URL: url }, folder });
    assert.deepEqual([config.databaseUrl, config.dataDir], [url, join(folder, 'data')]);
  });
});
