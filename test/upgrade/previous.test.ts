import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import { mapGroup } from '../../src/directory/groups/mappings.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { entitlement } from '../../src/users/entitlement/entitlement.ts';
import { testCompany } from '../support/company.ts';
import { describeOnEachEngine, onEngine } from '../support/engines.ts';
import { testFolder } from '../support/folder.ts';
import { testConfig, testHouse } from '../support/house.ts';
import { freePorts } from '../support/port.ts';
import { until } from '../support/until.ts';
import { releases } from './releases.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const previous = releases.at(-1)!;

interface Answer {
  id: string;
  active?: boolean;
  totalResults?: number;
}

/** That release's own files, with today's libraries; null when the history is not here. */
function checkout(commit: string): string | null {
  if (spawnSync('git', ['-C', root, 'cat-file', '-e', `${commit}^{commit}`]).status !== 0) return null;
  const folder = join(testFolder(), 'previous');
  mkdirSync(folder);
  const archive = execFileSync('git', ['-C', root, 'archive', commit], { maxBuffer: 1 << 28 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

describeOnEachEngine(`the release before (${previous.name})`, function () {
  this.timeout(60_000);
  let server: ChildProcess | undefined;
  after(async () => {
    if (!server || server.exitCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  });

  it('security check 40: serves a directory from a database of the present schema, and the present one goes on', async function () {
    const folder = checkout(previous.commit);
    if (folder === null) {
      assert.ok(!process.env['CI'], 'the history is needed: fetch it whole');
      process.stderr.write('\n*** The history is not here: THE RELEASE BEFORE IS NOT TRIED ON THE NEW SCHEMA. ***\n');
      this.skip();
    }
    const port = await freePorts();
    const config = await onEngine(testConfig({ publicUrl: `http://127.0.0.1:${port}`, port }));
    const before = await testHouse(config);
    const acme = await testCompany(before);
    const { token } = await createScimKey(before.ground, acme.scope, { name: 'Okta' });
    const pro = await acme.group('Pro');
    await mapGroup(before.ground, acme.scope, { groupName: 'Pro', tier: 'Pro' });
    await before.stop();

    const env = {
      PATH: process.env['PATH'],
      DATABASE_URL: config.databaseUrl,
      DATA_DIR: config.dataDir,
      CERTS_DIR: config.certsDir,
      PUBLIC_URL: config.publicUrl,
      PORT: String(port),
      LOG_LEVEL: 'error',
      LOG_FILE: '-',
    };
    let said = '';
    server = spawn(process.execPath, ['src/carillon.mjs', 'serve'], { cwd: folder, env });
    for (const stream of [server.stdout, server.stderr]) stream?.on('data', (part: Buffer) => (said += String(part)));
    await until(() => said.includes('is ready') || server?.exitCode !== null, 30_000);
    assert.match(said, /is ready/);

    const scim = async (
      method: string,
      path: string,
      body?: object,
    ): Promise<{ status: number; body: Answer | null }> => {
      const reply = await fetch(`${config.publicUrl}/scim/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      return { status: reply.status, body: text ? (JSON.parse(text) as Answer) : null };
    };
    const schemas = ['urn:ietf:params:scim:schemas:core:2.0:User'];
    const patch = (...Operations: object[]): object => ({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations,
    });
    const made = await scim('POST', '/Users', { schemas, userName: 'olga@acme.example', displayName: 'Olga' });
    assert.equal(made.status, 201, said);
    const id = made.body!.id;
    const other = await scim('POST', '/Users', { schemas, userName: 'otto@acme.example' });
    assert.equal((await scim('POST', '/Users', { schemas, userName: 'olga@acme.example' })).status, 409);
    const members = { op: 'add', path: 'members', value: [{ value: id }, { value: other.body!.id }] };
    assert.equal((await scim('PATCH', `/Groups/${pro.id}`, patch(members))).status, 204);
    assert.equal((await scim('GET', '/Users?filter=userName%20eq%20%22olga@acme.example%22')).body?.totalResults, 1);
    const off = patch({ op: 'replace', value: { active: false } });
    assert.equal((await scim('PATCH', `/Users/${id}`, off)).body?.active, false);
    assert.equal((await scim('DELETE', `/Users/${other.body!.id}`)).status, 204);
    for (const path of ['/signin', '/console', '/readyz']) {
      assert.ok((await fetch(config.publicUrl + path)).status < 400, path);
    }
    const listed = spawnSync(process.execPath, ['src/carillon.mjs', 'trail', '--json'], { cwd: folder, env });
    assert.match(String(listed.stdout), /"eventName": ?"DeactivateUser"/);
    server.kill('SIGTERM');
    await once(server, 'exit');
    assert.doesNotMatch(said, /"level":(50|60|"error")/, said);

    const now = await testHouse(config);
    try {
      const olga = await now.ground.db.read.findOneBy(UserTable, { id });
      assert.equal(olga?.displayName, 'Olga');
      const { maySignIn, because } = await entitlement(now.ground.db.read, id);
      assert.deepEqual([maySignIn, because.map(({ kind }) => kind)], [false, ['directory', 'group']]);
    } finally {
      await now.stop();
    }
  });
});
