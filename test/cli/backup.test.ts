import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { artifactId } from '../../src/auth/provider/artifacts/ids.ts';
import { OwnLinkTable } from '../../src/auth/own/link.entity.ts';
import { makeLink } from '../../src/auth/own/links.ts';
import { userPrincipal } from '../../src/auth/people/principal.ts';
import { toFile } from '../../src/platform/backup/format.ts';
import { tablesOf } from '../../src/platform/backup/tables.ts';
import { MailTable } from '../../src/platform/mail/mail.entity.ts';
import { post } from '../../src/platform/mail/post.ts';
import type { Config } from '../../src/platform/config/settings.ts';
import { wholeDatabase } from '../../src/platform/database/whole.ts';
import { storage } from '../../src/storage/storage.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { testCompany } from '../support/company.ts';
import { runCommand } from '../support/command.ts';
import { describeOnEachEngine, onEngine } from '../support/engines.ts';
import { testConfig, testHouse } from '../support/house.ts';
import { isPostgresHere, migratedDatabase } from '../support/postgres.ts';

/** Every row of every table, but of the trail, which the commands themselves write. */
async function contents(config: Config): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  await (
    await wholeDatabase(config.databaseUrl, storage)
  ).snapshot(async (runner) => {
    for (const { name, key, columns } of await tablesOf(runner)) {
      if (name.startsWith('trail')) continue;
      const rows: Record<string, unknown>[] = await runner.query(
        `SELECT * FROM "${name}" ORDER BY "${key.join('", "')}"`,
      );
      all[name] = rows.map((row) =>
        Object.fromEntries(columns.map((each) => [each.name, toFile(row[each.name], each.type)])),
      );
    }
  });
  return all;
}

describeOnEachEngine('backup and restore', function (engine) {
  this.timeout(60_000);
  let config: Config;
  let file: string;
  let keyring: string;
  let userId: string;
  let token: string;

  const fresh = (): Promise<Config> => onEngine(testConfig());

  /** An installation with 1,200 people, one of them signed in, and its backup. */
  before(async () => {
    config = await fresh();
    const house = await testHouse(config);
    const acme = await testCompany(house);
    const ada = await acme.member('ada', 'Pro');
    userId = ada.id;
    for (let i = 0; i < 1200; i++) await acme.person(`person${i}`);
    token = await signedIn(house, ada.id);
    const unit = { organisationId: acme.scope.organisationId, accountId: null, refreshScope: undefined };
    const tokens = house.artifacts.adapter('ClientCredentials', () => unit);
    await tokens.upsert('of a program', { clientId: 'program', jti: 'of a program' }, 3_600);
    const mailing = { ...house.ground, config: { ...config, smtpUrl: 'smtp://localhost' } };
    const letter = { subject: 'x', title: 'x', paragraphs: [] };
    const mail = { kind: 'test', organisationId: null, accountId: null, aboutId: null, expiresAt: 0 };
    const link = { addressKey: 'a@b.example', address: 'a@b.example', userId: null, organisationId: null };
    await house.ground.db.write(async (m) => {
      await post(mailing, m, { ...mail, to: 'a@b.example', letter });
      await makeLink(m, { ...link, purpose: 'register', target: '/me', changeId: null, browser: 'x' });
    });
    file = join(config.dataDir, 'carillon.backup');
    keyring = join(config.dataDir, 'keyring.copy');
    const made = await runCommand(config, ['backup', file, '--keyring', keyring, '--json']);
    assert.equal(made.status, 0, made.stderr);
    assert.ok(made.json().rows > 2400);
    await house.stop();
  });

  async function signedIn(house: Awaited<ReturnType<typeof testHouse>>, id: string): Promise<string> {
    return house.ground.db.write(async (m) => {
      const principal = await userPrincipal(m, id);
      return (await house.sessions.begin(m, principal!, 3_600_000)).token;
    });
  }
  const restored = async (...words: string[]) => {
    const into = await fresh();
    return { into, ran: await runCommand(into, ['restore', file, '--keyring', keyring, '--yes', ...words]) };
  };

  it('restores every row of every table, into an installation that is not there yet', async () => {
    const { into, ran } = await restored('--keep-sessions');
    assert.equal(ran.status, 0, ran.stderr);
    assert.deepEqual(await contents(into), await contents(config));
    const house = await testHouse(into);
    assert.equal((await house.sessions.check(token, 'user')).in, true);
    assert.ok(await house.artifacts.live(artifactId('ClientCredentials', 'of a program')));
    const record = await house.ground.db.read.findOneBy(TrailRecordTable, { eventName: 'RestoreBackup' });
    assert.equal(record?.identity.type, 'CommandLine');
    await house.stop();
  });

  it('signs everybody out, since a no that came after the backup is not in it', async () => {
    const { into, ran } = await restored();
    assert.equal(ran.status, 0, ran.stderr);
    const house = await testHouse(into);
    assert.equal((await house.sessions.check(token, 'user')).in, false);
    assert.equal(await house.artifacts.live(artifactId('ClientCredentials', 'of a program')), null);
    // Mails were sent since, and links used.
    for (const table of [MailTable, OwnLinkTable]) assert.equal(await house.ground.db.read.count(table), 0);
    const again = await signedIn(house, userId);
    assert.equal((await house.sessions.check(again, 'user')).in, true, 'and lets them sign in');
    await house.stop();
  });

  it('moves an installation to the other engine', async function () {
    if (!isPostgresHere()) this.skip();
    const into = testConfig(engine === 'sqlite' ? { databaseUrl: await migratedDatabase() } : {});
    const words = ['restore', file, '--keyring', keyring, '--keep-sessions', '--yes'];
    const ran = await runCommand(into, words);
    assert.equal(ran.status, 0, ran.stderr);
    assert.deepEqual(await contents(into), await contents(config));
  });

  it('is readable by its owner alone, whole or not there, and replaces no file', async () => {
    assert.equal(statSync(file).mode & 0o077, 0);
    assert.equal(statSync(keyring).mode & 0o077, 0);
    assert.deepEqual(
      readdirSync(config.dataDir).filter((name) => name.endsWith('.part')),
      [],
    );
    const again = await runCommand(config, ['backup', file, '--json']);
    assert.equal(again.error().code, 'backup.exists');
  });

  it('holds no secret that can be read without the keyring', () => {
    const rows = gunzipSync(readFileSync(file))
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('['));
    for (const secret of [token, '"secret"'])
      assert.deepEqual(
        rows.filter((row) => row.includes(secret)),
        [],
      );
  });

  it('replaces an installation only when told to, and asks before', async () => {
    const into = await fresh();
    mkdirSync(into.certsDir, { recursive: true });
    writeFileSync(join(into.certsDir, 'keyring.json'), readFileSync(keyring));
    const there = await testHouse(into);
    await testCompany(there, 'other.example');
    await there.stop();
    const before = await contents(into);
    const refusals: [string[], string][] = [
      [['restore', file], 'backup.notEmpty'],
      [['restore', file, '--yes'], 'backup.notEmpty'],
      [['restore', file, '--replace'], 'cli.confirmationNeeded'],
    ];
    for (const [words, code] of refusals) {
      assert.equal((await runCommand(into, [...words, '--json'])).error().code, code);
      assert.deepEqual(await contents(into), before);
    }
    const unasked = await runCommand(into, ['restore', file, '--replace']);
    assert.match(unasked.stderr, /Nothing was changed[^]*will be deleted[^]*Everybody will be signed out/);
    const ran = await runCommand(into, ['restore', file, '--replace', '--keep-sessions', '--yes']);
    assert.equal(ran.status, 0, ran.stderr);
    assert.deepEqual(await contents(into), await contents(config));
  });

  it('refuses to restore while a server uses the database, and does it once that is stopped', async () => {
    const into = await fresh();
    mkdirSync(into.certsDir, { recursive: true });
    writeFileSync(join(into.certsDir, 'keyring.json'), readFileSync(keyring));
    const there = await testHouse(into);
    await testCompany(there, 'other.example');
    const before = await contents(into);
    const words = ['restore', file, '--replace', '--keep-sessions', '--json'];
    for (const said of [[], ['--yes']]) {
      const ran = await runCommand(into, [...words, ...said], { answers: ['y'] });
      assert.equal(ran.error().code, 'database.inUse', ran.stderr);
      assert.doesNotMatch(ran.stderr, /Go on/, 'nobody is asked');
    }
    await there.ground.db.write((m) => m.query('SELECT 1'));
    assert.deepEqual(await contents(into), before, 'the server works on');
    await there.stop();
    const ran = await runCommand(into, [...words, '--yes']);
    assert.equal(ran.status, 0, ran.stderr);
    assert.deepEqual(await contents(into), await contents(config));
  });

  describe('refuses, and changes nothing, what', () => {
    const lines = (): string[] => gunzipSync(readFileSync(file)).toString().split('\n');
    const packed = (text: readonly string[]): Buffer => gzipSync(text.join('\n'));
    const head = (change: object): string => JSON.stringify({ ...JSON.parse(lines()[0] ?? ''), ...change });
    /** With the hash of everything before its end, as anybody can compute it. */
    const hashed = (text: readonly string[], key?: string): Buffer => {
      const before = `${text.slice(0, -2).join('\n')}\n`;
      const last = JSON.parse(text.at(-2) ?? '');
      const hash = key === undefined ? createHash('sha256') : createHmac('sha256', key);
      return gzipSync(`${before}${JSON.stringify({ ...last, hmac: hash.update(before).digest('hex') })}\n`);
    };
    const altered = (): string[] => lines().map((line) => line.replace('person7@', 'mallory@'));
    const cases: [string, () => Buffer, string][] = [
      ['was altered, with its hash computed anew', () => hashed(altered()), 'backup.damaged'],
      ['was altered, with an HMAC of another key', () => hashed(altered(), 'guess'), 'backup.damaged'],
      [
        'has the head of another backup',
        () => packed([head({ id: 'A'.repeat(22) }), ...lines().slice(1)]),
        'backup.damaged',
      ],
      ['is a bomb of one line', () => gzipSync(Buffer.alloc(80_000_000, 'x')), 'backup.damaged'],
      ['is a bomb in its last line', () => packed([...lines().slice(0, -1), 'x'.repeat(40_000_000)]), 'backup.damaged'],
      ['is cut short', () => readFileSync(file).subarray(0, -200), 'backup.damaged'],
      ['ends before its end', () => packed([...lines().slice(0, -2), '']), 'backup.damaged'],
      ['was altered', () => packed(lines().map((line) => line.replace('person7@', 'mallory@'))), 'backup.damaged'],
      ['lacks a row', () => packed(lines().filter((line) => !line.includes('person7@'))), 'backup.damaged'],
      ['has more after its end', () => packed([...lines().slice(0, -1), '[1]', '']), 'backup.damaged'],
      ['is no gzip', () => Buffer.from('hello'), 'backup.damaged'],
      ['is empty', () => Buffer.alloc(0), 'backup.damaged'],
      ['is another format', () => packed([head({ format: 'other' }), '']), 'backup.damaged'],
    ];
    for (const [what, content, code] of cases) {
      it(what, async () => {
        const into = await fresh();
        const broken = join(into.dataDir, 'broken.backup');
        mkdirSync(into.dataDir, { recursive: true });
        writeFileSync(broken, content());
        const ran = await runCommand(into, ['restore', broken, '--keyring', keyring, '--yes', '--json']);
        assert.equal(ran.error().code, code, ran.stderr);
        if (engine === 'sqlite') assert.ok(!readdirSync(into.dataDir).includes('carillon.db'), 'not even an empty one');
      });
    }

    it('was sealed with another keyring', async () => {
      const into = await fresh();
      await (await testHouse(into)).stop();
      const ran = await runCommand(into, ['restore', file, '--yes', '--json']);
      assert.equal(ran.error().code, 'backup.otherKeys');
      const forced = await runCommand(into, ['restore', file, '--keyring', keyring, '--yes', '--json']);
      assert.equal(forced.error().code, 'secrets.fileThere');
    });

    it('lacks its keyring: it says how to give it', async () => {
      const ran = await runCommand(await fresh(), ['restore', file, '--yes', '--json']);
      assert.equal(ran.error().code, 'backup.noKeys');
      assert.match(ran.error().message, /--keyring FILE/);
    });

    it('is not there', async () => {
      const ran = await runCommand(await fresh(), ['restore', '/nowhere/x', '--keyring', keyring, '--yes', '--json']);
      assert.equal(ran.error().code, 'backup.unreadable');
    });
  });
});
