import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testFolder } from '../support/folder.ts';
import { freePorts } from '../support/port.ts';
import { entry, type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { Visitor } from '../support/visitor.ts';

const password = 'seven otters paddle upstream';

describe('the commands', function () {
  this.timeout(60_000);
  let folder: string;
  let url: string;
  let env: NodeJS.ProcessEnv;
  const servers: ServerProcess[] = [];

  beforeEach(async () => {
    folder = testFolder();
    const port = await freePorts();
    url = `http://localhost:${port}`;
    env = { ...process.env, PORT: String(port), DATABASE_URL: join(folder, 'c.db'), CERTS_DIR: join(folder, 'certs') };
    delete env['PUBLIC_URL'];
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.end('SIGKILL');
  });

  async function serve(): Promise<ServerProcess> {
    const server = await startServerProcess(env);
    servers.push(server);
    return server;
  }
  const command = async (...words: string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [entry, ...words], { env })).stdout;
  const linkIn = (text: string): string => /http:\/\/localhost:\d+\/setup\?token=[\w-]{43}/.exec(text)?.[0] ?? '';

  it('start, stop and start again: the link works once, another can be made, and everything is found as it was', async () => {
    const first = await serve();
    const link = linkIn(first.output);
    assert.ok(link.startsWith(url), 'the link is at PORT');
    const visitor = new Visitor(url);
    const page = await visitor.get(link);
    const home = await page.submit('/setup', {
      organisationName: 'Acme',
      userName: 'ada',
      password,
      again: password,
    });
    assert.equal(home.title, 'Accounts');
    assert.equal((await new Visitor(url).get(link)).status, 404, 'once');
    assert.equal(statSync(join(folder, 'c.db')).mode & 0o077, 0, 'nobody else may read it');
    assert.equal(await first.end('SIGTERM'), 0);

    const second = await serve();
    assert.equal(linkIn(second.output), '', 'no second first administrator');
    assert.equal((await visitor.get('/console')).title, 'Accounts', 'still signed in');
    await second.end('SIGKILL');

    const another = linkIn(await command('admin', 'link'));
    const third = await serve();
    assert.equal((await new Visitor(url).get(another)).status, 200);
    await third.end('SIGTERM');

    const log = readFileSync(join(folder, 'carillon.log'), 'utf8');
    for (const secret of [link, another]) assert.ok(!log.includes(secret.split('=')[1] ?? ''), 'not in the log');
    assert.ok(!log.includes(password));
  });

  it('list the trail in CloudTrail’s shape, newest first', async () => {
    const link = linkIn(await command('admin', 'link').catch(() => ''));
    assert.equal(link, '', 'there is no administrator before the first start');
    await (await serve()).end('SIGTERM');
    await command('admin', 'link');
    const records = JSON.parse(await command('trail', '--json')).Records;
    assert.deepEqual(
      records.map(({ eventName }: { eventName: string }) => eventName),
      ['CreateSetupLink', 'CreateOrganisation'],
    );
    const [record] = records;
    assert.equal(record.eventVersion, '1.05');
    assert.equal(record.userIdentity.type, 'CommandLine');
    assert.match(record.eventTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(record.recipientAccountId, /^\d{12}$/);
    assert.equal(record.readOnly, false);
    const lines = (await command('trail', '--event', 'CreateOrganisation')).trim().split('\n');
    assert.equal(lines.length, 1);
    await assert.rejects(command('trail', '--limit', 'many'), /limit must be a whole number/);
  });

  it('say every fault of the configuration at once, and no secret', async () => {
    Object.assign(env, { PORT: 'high', CARILLON_COLOUR: 'green', METRICS_TOKEN: 'hunter2' });
    await assert.rejects(command('serve'), (error: { stderr?: string }) => {
      assert.match(error.stderr ?? '', /PORT[\s\S]*METRICS_TOKEN|METRICS_TOKEN[\s\S]*PORT/);
      assert.match(error.stderr ?? '', /CARILLON_COLOUR/);
      assert.doesNotMatch(error.stderr ?? '', /hunter2/);
      return true;
    });
  });
});
