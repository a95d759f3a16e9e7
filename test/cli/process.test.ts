import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestCarillon, type TestCarillon } from '../support/carillon.ts';
import { entry, type Ran, runProcess } from '../support/command.ts';
import { type Company, testCompany } from '../support/company.ts';
import { testFolder } from '../support/folder.ts';
import { until } from '../support/until.ts';
import { goesOut, isIn, signIn } from './support.ts';

describe('the commands as processes, beside a running server', function () {
  this.timeout(60_000);
  let carillon: TestCarillon;
  let company: Company;
  let env: NodeJS.ProcessEnv;
  let run: (...words: string[]) => Promise<Ran>;

  before(async () => {
    carillon = await startTestCarillon();
    company = await testCompany(carillon.house);
    const { databaseUrl, certsDir, publicUrl, logFile } = carillon.house.ground.config;
    env = { ...process.env, DATABASE_URL: databaseUrl, CERTS_DIR: certsDir, PUBLIC_URL: publicUrl, LOG_FILE: logFile };
    run = (...words) => runProcess(env, [...words, '--organisation', company.scope.organisationId]);
  });
  after(() => carillon.stop());

  it('put a person out within a second of the commit', async () => {
    const { house } = carillon;
    const token = await signIn(house, await company.member('ada', 'Pro'));
    assert.ok(await isIn(house.sessions, token), 'remembered by the server');
    const ran = await run('user', 'suspend', 'ada@acme.example', '--yes', '--json');
    assert.equal(ran.status, 0, ran.stderr);
    assert.equal(ran.json().changed, true);
    await goesOut(house.sessions, token);
    const receipts = await until(async () => {
      const listed = await run('receipt', 'list', '--account', 'Acme', '--json');
      return listed.json().receipts.length > 0 && listed.json().receipts;
    });
    assert.equal(receipts[0].email, 'ada@acme.example');
  });

  it('end with the status that scripts go by', async () => {
    const refused = await run('user', 'suspend', 'ada@acme.example');
    assert.equal(refused.status, 4, 'asked nobody');
    assert.match(refused.stderr, /--yes/);
    const asJson = await run('user', 'suspend', 'ada@acme.example', '--json');
    assert.equal(asJson.error().code, 'cli.confirmationNeeded');
    assert.equal(asJson.stdout, '');
    assert.equal((await run('user', 'show', 'nobody')).status, 3);
    assert.equal((await run('user', 'show')).status, 2);
    assert.equal((await run('account', 'create', ' ')).status, 1);
    const elsewhere = await runProcess({ ...env, DATABASE_URL: `${testFolder()}/none.db` }, ['account', 'list']);
    assert.equal(elsewhere.status, 5);
    assert.doesNotMatch(elsewhere.stderr, /\n +at /, 'no stack trace');
    const faulty = await runProcess({ ...env, PORT: 'high' }, ['account', 'list', '--json']);
    assert.equal(faulty.status, 5);
    assert.equal(faulty.error().code, 'config.faults');
  });

  it('say what cannot be opened', async () => {
    const file = join(testFolder(), 'file');
    writeFileSync(file, '');
    const noFolder = await runProcess({ ...env, CERTS_DIR: file }, ['account', 'list', '--json']);
    assert.equal(noFolder.status, 5);
    assert.equal(noFolder.error().code, 'cli.unusable');
    assert.match(noFolder.error().message, /it is no folder.*carillon doctor/);
    if (process.getuid?.() === 0) return; // root may open everything
    const closed = testFolder();
    chmodSync(closed, 0o000);
    const ran = await runProcess({ ...env, CERTS_DIR: `${closed}/certs` }, ['account', 'list', '--json']);
    assert.equal(ran.status, 5);
    assert.match(ran.error().message, /may not open it/);
  });

  it('end quietly when nobody reads on', async () => {
    for (let i = 0; i < 30; i++) await company.person(`person-${i}-${'x'.repeat(40)}`);
    const child = spawn(
      process.execPath,
      [entry, 'user', 'list', '--organisation', company.scope.organisationId, '--json'],
      {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    child.stdout.destroy();
    const [status] = await once(child, 'exit');
    assert.equal(status, 0);
    assert.equal(errors, '');
  });

  it('read a secret that is piped in', async () => {
    const ran = await runProcess(
      env,
      [
        'connection',
        'set',
        '--account',
        company.scope.accountId,
        '--organisation',
        company.scope.organisationId,
      ].concat(['--issuer', 'https://127.0.0.1:1', '--client-id', 'id', '--secret-file', '-', '--json']),
      'from the pipe\n',
    );
    assert.equal(ran.status, 1);
    assert.equal(ran.error().code, 'connection.discoveryFailed', 'the secret was there; the provider is not');
  });

  it('ask at a terminal: a secret off the screen, and before what puts people out', async function () {
    const program = '/usr/bin/script'; // gives a command a terminal of its own; Debian's bsdutils
    if (process.platform !== 'linux' || !existsSync(program)) this.skip();
    const account = ['--account', company.scope.accountId, '--organisation', company.scope.organisationId];
    /** Types the answer once the question is there, and gives what the screen shows. */
    const atTerminal = async (words: string[], question: string, answer: string): Promise<[string, number]> => {
      const line = [process.execPath, entry, ...words, ...account].map((word) => `'${word}'`).join(' ');
      const child = spawn(program, ['-qefc', line, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
      let screen = '';
      let asked = false;
      child.stdout.on('data', (chunk) => {
        screen += String(chunk);
        if (!asked && screen.includes(question)) {
          asked = true;
          child.stdin.write(answer);
        }
      });
      const [status] = await once(child, 'close');
      child.stdin.destroy();
      return [screen, status];
    };
    const set = ['connection', 'set', '--issuer', 'https://127.0.0.1:1', '--client-id', 'id'];
    const [screen, refused] = await atTerminal(set, 'it is not shown', 'off the screen\r');
    assert.equal(refused, 1);
    assert.match(screen, /discovery document could not be read/);
    assert.ok(!screen.includes('off the screen'), screen);
    await company.group('Terminal', []);
    await run('group', 'map', 'Terminal', 'Pro', '--account', company.scope.accountId);
    const unmap = ['group', 'unmap', 'Terminal'];
    const [no, declined] = await atTerminal(unmap, '[y/N]', 'no\n');
    assert.equal(declined, 4);
    assert.match(no, /Nobody loses access[\s\S]*Nothing was changed/);
    const [, done] = await atTerminal(unmap, '[y/N]', 'y\n');
    assert.equal(done, 0);
  });
});
