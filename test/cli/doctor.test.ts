import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { buildHouse } from '../../src/app.ts';
import { LogoutDeliveryTable } from '../../src/auth/provider/logout/delivery.entity.ts';
import { deliveriesOf } from '../../src/auth/provider/logout/undelivered.ts';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';

import { makeCertificate } from '../../src/platform/secrets/certificate.ts';
import { clock } from '../../src/platform/clock/clock.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { loadConfig } from '../../src/platform/config/load.ts';
import { startTestCarillon } from '../support/carillon.ts';
import { type Ran, runCommand } from '../support/command.ts';
import { testCompany } from '../support/company.ts';
import { describeOnEachEngine, onEngine } from '../support/engines.ts';
import { testFolder } from '../support/folder.ts';
import { testConfig, testHouse } from '../support/house.ts';
import { freePorts, portOf } from '../support/port.ts';
import { startRogueProvider } from '../support/rogue-provider.ts';

interface Found {
  check: string;
  state: string;
  found: string;
  mend?: string;
}

const findings = (ran: Ran): Found[] => ran.json().findings;
const doctor = (config: Config, ...words: string[]): Promise<Ran> => runCommand(config, ['doctor', '--json', ...words]);

/** What is not well, of one check. */
const wrong = (ran: Ran, check: string): Found[] =>
  findings(ran).filter((finding) => finding.check === check && finding.state !== 'ok');

describe('carillon doctor', () => {
  afterEach(() => clock.reset());

  it('finds a fresh folder well, and makes nothing in it', async () => {
    const folder = testFolder();
    const config = testConfig({}, folder);
    const ran = await doctor(config, '--offline');
    assert.equal(ran.status, 0, ran.stdout);
    assert.equal(ran.json().healthy, true);
    assert.ok(!existsSync(config.databaseUrl));
    assert.ok(!existsSync(config.certsDir));
    const human = await runCommand(config, ['doctor', '--offline']);
    assert.match(human.stdout, /^ok +node +Node \d+/);
    assert.match(human.stdout, /(All is well|Nothing must be mended)/);
  });

  it('says every fault of a configuration that the server would refuse, and no secret', async () => {
    const folder = testFolder();
    const ran = await runCommand(testConfig(), ['doctor', '--json'], {
      configuration: () => loadConfig({ env: { PORT: 'high', METRICS_TOKEN: 'hunter2' }, folder }),
    });
    assert.equal(ran.status, 1);
    const [finding] = wrong(ran, 'configuration');
    assert.match(finding?.found ?? '', /PORT[\s\S]*METRICS_TOKEN/);
    assert.ok(!ran.stdout.includes('hunter2'));
  });

  it('judges PUBLIC_URL, TLS and the proxy', async () => {
    for (const [overrides, state, found] of [
      [{ publicUrl: 'http://carillon.example' }, 'fail', /in the open/],
      [{ publicUrl: 'https://carillon.example' }, 'warn', /none is trusted/],
      [{ publicUrl: 'http://localhost:3000', host: '0.0.0.0' }, 'warn', /this machine alone/],
      [{ publicUrl: 'http://localhost:3000', port: 4000 }, 'warn', /port 3000.*listens on 4000/],
    ] as const) {
      const [finding] = wrong(await doctor(testConfig(overrides), '--offline'), 'public-url');
      assert.equal(finding?.state, state, JSON.stringify(overrides));
      assert.match(finding?.found ?? '', found);
      assert.ok(finding?.mend);
    }
    const well = { publicUrl: 'https://carillon.example', trustedProxies: ['127.0.0.1'] };
    assert.deepEqual(wrong(await doctor(testConfig(well), '--offline'), 'public-url'), []);
  });

  it('knows its own server from another program at its port', async () => {
    const other = createServer((socket) => socket.end('SMTP?\r\n')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = await doctor(testConfig({ port: portOf(other) }), '--offline');
    other.close();
    assert.match(wrong(taken, 'port')[0]?.found ?? '', /Another program/);
    const carillon = await startTestCarillon();
    try {
      const { config } = carillon.house.ground;
      const ran = await doctor(config, '--offline');
      assert.deepEqual(wrong(ran, 'port'), []);
      assert.match(findings(ran).find(({ check }) => check === 'port')?.found ?? '', /Carillon is listening/);
      assert.deepEqual(wrong(ran, 'schema'), []);
      assert.equal(wrong(ran, 'administrators')[0]?.state, 'warn', 'nobody has followed the link yet');
    } finally {
      await carillon.stop();
    }
    const free = await doctor(testConfig({ port: await freePorts() }), '--offline');
    assert.deepEqual(wrong(free, 'port'), []);
  });

  it('finds folders and files that others may open, and a keyring that is gone', async () => {
    const house = await testHouse();
    const { config } = house.ground;
    await house.stop();
    chmodSync(config.databaseUrl, 0o644);
    chmodSync(join(config.certsDir, 'keyring.json'), 0o640);
    const open = await doctor(config, '--offline');
    assert.equal(open.status, 1);
    assert.match(wrong(open, 'data')[0]?.mend ?? '', /chmod 600/);
    assert.match(wrong(open, 'keys')[0]?.mend ?? '', /chmod 600/);
    assert.ok(!open.stdout.includes('"keys": {'), 'nothing of the keyring itself');
    for (const end of ['', '-wal', '-shm'])
      if (existsSync(config.databaseUrl + end)) chmodSync(config.databaseUrl + end, 0o600);
    chmodSync(join(config.certsDir, 'keyring.json'), 0o600);
    assert.equal((await doctor(config, '--offline')).status, 0);
    chmodSync(config.certsDir, 0o755);
    assert.match(wrong(await doctor(config, '--offline'), 'keys')[0]?.mend ?? '', /chmod 700/);
    chmodSync(config.certsDir, 0o700);

    renameSync(join(config.certsDir, 'keyring.json'), join(config.certsDir, 'elsewhere'));
    const gone = wrong(await doctor(config, '--offline'), 'keys');
    assert.match(gone[0]?.found ?? '', /a start would make another, which opens nothing/);
    assert.ok(!existsSync(join(config.certsDir, 'keyring.json')), 'and none was made by looking');
    writeFileSync(join(config.certsDir, 'keyring.json'), '{}', { mode: 0o600 });
    assert.match(wrong(await doctor(config, '--offline'), 'keys')[0]?.found ?? '', /keyring cannot be read/);
  });

  it('runs to its end when the database is no database', async () => {
    const config = testConfig();
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(config.databaseUrl, 'this is a text, and long enough to be read as a header of something', {
      mode: 0o600,
    });
    const before = readFileSync(config.databaseUrl);
    const ran = await doctor(config, '--offline');
    assert.equal(ran.status, 1);
    assert.match(wrong(ran, 'database')[0]?.found ?? '', /cannot be opened/);
    assert.deepEqual(readFileSync(config.databaseUrl), before);
    assert.ok(
      findings(ran).some(({ check }) => check === 'clock'),
      'the others were looked at',
    );
    const command = await runCommand(config, ['account', 'list', '--json']);
    assert.equal(command.status, 5);
    assert.equal(command.error().code, 'cli.unusable');
    assert.doesNotMatch(command.stderr, /\bat .*\.[jt]s:/, 'no stack trace');
  });

  it('says that the database server is away, without its password', async () => {
    const databaseUrl = `postgres://carillon:hunter2@127.0.0.1:${await freePorts()}/carillon`;
    const config = testConfig({ databaseUrl });
    const ran = await doctor(config, '--offline');
    assert.match(wrong(ran, 'database')[0]?.found ?? '', /cannot be opened: .*ECONNREFUSED/);
    const command = await runCommand(config, ['account', 'list', '--json']);
    assert.equal(command.status, 5);
    assert.match(command.error().message, /the database server does not answer/);
    for (const { stdout, stderr } of [ran, command]) assert.ok(!`${stdout}${stderr}`.includes('hunter2'));
  });

  it('looks at certificates, also those that are not for this name', async () => {
    const folder = testFolder();
    const path = join(folder, 'server.pem');
    const { key, cert } = makeCertificate(['carillon.example']);
    writeFileSync(path, key + cert);
    const overrides = { tlsCertificate: path, publicUrl: 'https://carillon.example:3000', port: 3000 };
    assert.deepEqual(wrong(await doctor(testConfig(overrides), '--offline'), 'certificates'), []);
    const elsewhere = testConfig({ ...overrides, publicUrl: 'https://other.example:3000' });
    assert.match(wrong(await doctor(elsewhere, '--offline'), 'certificates')[0]?.found ?? '', /not for other\.example/);
    clock.advance(360 * 86_400_000);
    assert.equal(wrong(await doctor(testConfig(overrides), '--offline'), 'certificates')[0]?.state, 'warn');
    clock.advance(20 * 86_400_000);
    assert.equal(wrong(await doctor(testConfig(overrides), '--offline'), 'certificates')[0]?.state, 'fail');
    rmSync(path);
    assert.equal(wrong(await doctor(testConfig(overrides), '--offline'), 'certificates')[0]?.state, 'fail');
  });

  it('warns of private hosts that open the guard too far, and of silent resolvers', async () => {
    const port = await freePorts();
    const hosts = ['169.254.169.254', '93.184.215.14'];
    const house = await testHouse(testConfig({ outboundPrivateHosts: hosts, dnsResolvers: [`127.0.0.1:${port}`] }));
    const ran = await doctor(house.ground.config);
    await house.stop();
    assert.deepEqual(
      wrong(ran, 'outbound').map(({ state }) => state),
      ['fail', 'warn'],
    );
    assert.match(wrong(ran, 'dns')[0]?.found ?? '', /No DNS resolver answers/);
  });
});

describeOnEachEngine('carillon doctor at what a database holds', (engine) => {
  it('says why nobody can sign in, and what waits', async () => {
    const provider = await startRogueProvider();
    const house = await testHouse(testConfig({ outboundPrivateHosts: ['127.0.0.1'] }));
    const { ground } = house;
    const company = await testCompany(house, 'acme.example', provider);
    try {
      const bare = await doctor(ground.config);
      assert.equal(bare.status, 1);
      assert.match(wrong(bare, 'sign-in')[0]?.found ?? '', /no group has a permission tier/);
      assert.match(wrong(bare, 'scim-keys')[0]?.found ?? '', /has no SCIM access key/);
      assert.deepEqual(wrong(bare, 'connections'), [], JSON.stringify(wrong(bare, 'connections')));

      await company.member('ada', 'Pro');
      const { token } = await createScimKey(ground, company.scope, { name: 'Okta' });
      const well = await doctor(ground.config);
      const database = findings(well).find(({ check }) => check === 'database');
      assert.match(database?.found ?? '', engine === 'postgres' ? /^PostgreSQL 1\d/ : /^SQLite 3/);
      assert.deepEqual(wrong(well, 'sign-in'), []);
      assert.deepEqual(wrong(well, 'scim-keys'), [], 'a new key has its day');
      assert.ok(!well.stdout.includes(token) && !well.stdout.includes(provider.clientSecret));

      await ground.db.write(async (m) => {
        await m.query(`UPDATE "tier_mappings" SET "groupId" = NULL`);
        await m.query(`UPDATE "domains" SET "absentChecks" = 7`);
        await m.query(`UPDATE "scim_keys" SET "createdAt" = 1`);
        await m.query(`UPDATE "connections" SET "clientSecret" = 's1.other.AAAA'`);
      });
      const ill = await doctor(ground.config);
      assert.match(
        wrong(ill, 'sign-in')
          .map(({ found }) => found)
          .join(' '),
        /no group has.*wait for groups that are gone/,
      );
      assert.match(wrong(ill, 'domains')[0]?.found ?? '', /7 daily checks/);
      assert.match(wrong(ill, 'scim-keys')[0]?.found ?? '', /never used: Okta/);
      assert.match(wrong(ill, 'connections')[0]?.found ?? '', /cannot be opened with this keyring/);
    } finally {
      await house.stop();
      await provider.close();
    }
  });

  it('tells of a provider that is gone, of events that are stuck, of a schema that is behind or ahead', async () => {
    const provider = await startRogueProvider();
    const config = await onEngine(testConfig({ outboundPrivateHosts: ['127.0.0.1'] }));
    const house = await buildHouse(config); // without the consumer, so that events stay
    const company = await testCompany(house, 'acme.example', provider);
    await provider.close();
    await company.member('ada', 'Pro');
    await house.ground.db.write(async (m) => {
      await house.ground.outbox.publish(m, 'users.out', 'u1', { people: [] });
      await m.query(`UPDATE "outbox" SET "createdAt" = 1, "attempts" = 9, "lastError" = 'Error: token=abcdefgh'`);
    });
    const { organisationId } = company.scope;
    const uri = 'http://wiki.example/logout';
    await house.ground.db.write(async (m) => {
      for (const [id, age, state] of [
        ['old', 660_000, 'ready'],
        ['new', 5_000, 'ready'],
        ['gone', 90_000_000, 'failed'],
      ] as const) {
        const createdAt = clock.now() - age;
        const finishedAt = state === 'failed' ? clock.now() - 1_000 : null;
        const due = { claimedUntil: null, notBefore: createdAt, attempts: 3, lastError: 'outbound.notAllowed' };
        const whose = { organisationId, accountId: null, clientId: 'wiki', userId: 'u', subject: 's', uri };
        const row = { id, ...whose, ...due, withSession: true, because: 'signOut', state, createdAt, finishedAt };
        await m.insert(LogoutDeliveryTable, row);
      }
    });
    const [silent, ...others] = wrong(await doctor(config, '--offline'), 'logout');
    assert.equal(silent?.state, 'warn');
    assert.match(
      silent?.found ?? '',
      /^wiki does not take 2 logout tokens at http:\/\/wiki.example\/logout since .*notAllowed/,
    );
    assert.deepEqual(others, []);
    assert.deepEqual(await deliveriesOf(house.ground.db.read, 'wiki'), { waiting: 2, failed: 1 });
    const ran = await doctor(config);
    assert.match(wrong(ran, 'connections')[0]?.found ?? '', /127\.0\.0\.1.*Acme/);
    assert.match(wrong(ran, 'outbox')[0]?.found ?? '', /users\.out wait since 1970/);
    assert.ok(!ran.stdout.includes('abcdefgh'));
    await house.ground.db.write((m) => m.query(`INSERT INTO "migrations" ("timestamp", "name") VALUES (9, 'Later9')`));
    assert.match(wrong(await doctor(config, '--offline'), 'schema')[0]?.found ?? '', /newer release \(Later9\)/);
    await house.ground.db.write((m) => m.query(`DELETE FROM "migrations"`));
    const behind = await doctor(config, '--offline');
    assert.match(wrong(behind, 'schema')[0]?.found ?? '', /lacks \d+ of this release/);
    assert.equal(wrong(behind, 'content')[0]?.state, 'skipped');
    await house.close();
  });
});
