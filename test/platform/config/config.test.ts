import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { envExample } from '../../../src/platform/config/example.ts';
import { loadConfig } from '../../../src/platform/config/load.ts';
import { settingEntries } from '../../../src/platform/config/settings.ts';
import { testFolder } from '../../support/folder.ts';

describe('configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = testFolder();
  });

  const write = (name: string, content: unknown): void => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  };
  const faultsOf = (env: Record<string, string>): string[] => {
    try {
      loadConfig({ env, folder });
    } catch (error) {
      return (error as Error).message.split('\n').slice(1);
    }
    return [];
  };

  it('tells a server of all that is wrong at once, also of files that are not there; a command needs no such file', () => {
    const env = { TLS_CERTIFICATE: 'cert.pem', TLS_KEY: 'key.pem', PUBLIC_URL: 'http://a.example', PORT: 'x' };
    assert.throws(
      () => loadConfig({ env, folder, serving: true }),
      (error: Error) => {
        assert.deepEqual(
          error.message
            .split('\n')
            .slice(1)
            .map((line) => line.trim().split(/[ :]/)[0]),
          ['PORT', 'PUBLIC_URL', 'TLS_CERTIFICATE', 'TLS_KEY'],
        );
        assert.ok(error.message.includes(`TLS_KEY: there is no file ${join(folder, 'key.pem')}`));
        return true;
      },
    );
    const right = { TLS_CERTIFICATE: 'cert.pem', TLS_KEY: 'key.pem' };
    assert.equal(loadConfig({ env: right, folder }).tlsKey, join(folder, 'key.pem'));
    for (const name of ['cert.pem', 'key.pem']) write(name, 'x');
    assert.equal(loadConfig({ env: right, folder, serving: true }).tlsKey, join(folder, 'key.pem'));
    assert.equal(loadConfig({ env: { TLS_CERTIFICATE: 'development' }, folder, serving: true }).tlsKey, undefined);
  });

  it('has a default for everything', () => {
    const config = loadConfig({ env: {}, folder });
    assert.equal(config.publicUrl, 'http://localhost:3000');
    assert.equal(config.port, 3000);
    assert.equal(config.host, '127.0.0.1');
    assert.equal(config.databaseUrl, join(folder, 'data/carillon.db'));
    assert.equal(config.dataDir, join(folder, 'data'));
    assert.equal(config.logFile, join(folder, 'data/carillon.log'));
    assert.equal(config.certsDir, join(folder, 'certs'));
    assert.deepEqual(config.trustedProxies, []);
    assert.equal(config.metricsToken, undefined);
  });

  it('takes environment before .env before the named file before the default file', () => {
    write('config/default.json', { port: 1, scimRate: 1, signInRate: 1, sessionHours: 1 });
    write('config/staging.json', { port: 2, scimRate: 2, signInRate: 2 });
    write('.env', 'PORT=3\nSCIM_RATE=3\nCARILLON_ENV=staging\n');
    const config = loadConfig({ env: { PORT: '4' }, folder });
    assert.deepEqual([config.port, config.scimRate, config.signInRate, config.sessionHours], [4, 3, 2, 1]);
  });

  it('reads lists and normalises the public origin', () => {
    const config = loadConfig({
      env: {
        PUBLIC_URL: 'https://Carillon.Example:443/',
        TRUSTED_PROXIES: '10.0.0.0/8, ::1',
        OUTBOUND_PRIVATE_HOSTS: 'idp.corp, localhost:4000, [::1]:4000, 10.0.0.7',
        DNS_RESOLVERS: '9.9.9.9,127.0.0.1:5300,[::1]:53',
      },
      folder,
    });
    assert.equal(config.publicUrl, 'https://carillon.example');
    assert.deepEqual(config.outboundPrivateHosts, ['idp.corp', 'localhost:4000', '[::1]:4000', '10.0.0.7']);
    assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '::1']);
    assert.deepEqual(config.dnsResolvers, ['9.9.9.9', '127.0.0.1:5300', '[::1]:53']);
  });

  it('keeps files beside the database unless told otherwise', () => {
    assert.equal(loadConfig({ env: { DATABASE_URL: 'here/x.db' }, folder }).logFile, join(folder, 'here/carillon.log'));
    const standard = loadConfig({ env: { LOG_FILE: '-' }, folder });
    assert.deepEqual([standard.dataDir, standard.logFile], [join(folder, 'data'), '-']);
    assert.throws(() => loadConfig({ env: { DATABASE_URL: 'mysql://u:p@db/carillon' }, folder }), /DATABASE_URL/);
  });

  it('treats an empty variable as not set', () => {
    assert.equal(loadConfig({ env: { PORT: '' }, folder }).port, 3000);
  });

  it('reports every fault at once, and no secret', () => {
    write('config/default.json', { colour: 'red', sessionHours: '12', logLevel: 'loud' });
    const faults = faultsOf({
      PORT: '70000',
      PUBLIC_URL: 'https://carillon.example/path',
      METRICS_TOKEN: 'too-short',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      TRUSTED_PROXIES: '10.0.0.0/33',
      CARILLON_PORT: '1',
      UNRELATED: 'fine',
    });
    const names = faults.map((line) => line.trim().split(' ')[0] ?? '').sort((a, b) => (a < b ? -1 : 1));
    assert.deepEqual(names, [
      'CARILLON_PORT',
      'DATABASE_URL',
      'METRICS_TOKEN',
      'PORT',
      'PUBLIC_URL',
      'TRUSTED_PROXIES',
      'colour',
      'logLevel',
      'sessionHours',
    ]);
    const all = faults.join('\n');
    assert.match(all, /PORT \(environment\): "70000" does not fit, expected a whole number from 0 to 65535/);
    assert.match(all, /colour \(config\/default\.json\): no setting has this name/);
    assert.doesNotMatch(all, /too-short|hunter2/);
  });

  it('refuses files that are not there, not JSON, not an object, or outside its folder', () => {
    assert.match(faultsOf({ CARILLON_ENV: 'nowhere' }).join(), /config\/nowhere\.json/);
    assert.match(faultsOf({ CARILLON_ENV: '../secrets' }).join(), /expected a short lower-case name/);
    write('config/default.json', '{ "metricsToken": "very-secret-token", }');
    assert.deepEqual(faultsOf({}), ['  config/default.json (config/default.json): is not valid JSON']);
    write('config/default.json', '[]');
    assert.match(faultsOf({}).join(), /expected one JSON object/);
  });

  for (const [name, value] of [
    ['PUBLIC_URL', 'ftp://x'],
    ['PUBLIC_URL', 'https://user@x'],
    ['PUBLIC_URL', 'https://x/?a'],
    ['PUBLIC_URL', 'carillon.example'],
    ['PORT', '3e3'],
    ['PORT', '-1'],
    ['HOST', 'a b'],
    ['DATABASE_URL', ':memory:'],
    ['DNS_AUTHORITATIVE', '127.0.0.1'],
    ['DNS_RESOLVERS', 'dns.example'],
    ['OUTBOUND_PRIVATE_HOSTS', 'http://x'],
    ['LOG_LEVEL', 'verbose'],
  ] as const) {
    it(`refuses ${name}=${value}`, () => assert.equal(faultsOf({ [name]: value }).length, 1));
  }

  it('makes an example that names every setting and changes nothing', () => {
    const example = envExample();
    for (const [, setting] of settingEntries()) assert.match(example, new RegExp(`^#${setting.env}=`, 'm'));
    assert.deepEqual({ ...parseEnv(example) }, {});
    const uncommented = example.replace(/^#([A-Z_]+=)/gm, '$1');
    assert.deepEqual(loadConfig({ env: parseEnv(uncommented), folder }), loadConfig({ env: {}, folder }));
  });
});
