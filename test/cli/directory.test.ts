import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { House } from '../../src/app.ts';
import type { Scope } from '../../src/users/lifecycle/out.ts';
import { enterprise } from '../directory/ldap/support.ts';
import { type Ran, runCommand } from '../support/command.ts';
import { testFolder } from '../support/folder.ts';
import { testConfig, testHouse } from '../support/house.ts';
import { isSambaHere, needSamba, type Samba } from '../support/samba.ts';

(isSambaHere() ? describe : describe.skip)('carillon directory', () => {
  let samba: Samba;
  let house: House & { stop: () => Promise<void> };
  let scope: Scope;
  let caFile: string;
  before(async function () {
    samba = await needSamba(this);
    caFile = join(testFolder(), 'ca.pem');
    writeFileSync(caFile, samba.ca);
  });
  beforeEach(async () => {
    house = await testHouse(testConfig({ outboundPrivateHosts: [samba.host] }));
    scope = await enterprise(house, 'example.test');
  });
  afterEach(() => house?.stop());

  const call = (words: string[], around: Parameters<typeof runCommand>[2] = {}): Promise<Ran> =>
    runCommand(house.ground.config, words, around);
  const authorise = (more: string[] = [], input = samba.bindPassword): Promise<Ran> =>
    call(
      ['directory', 'authorise', '--servers', samba.url, '--bind-name', samba.bindName, '--ca-file', caFile]
        .concat(['--secret-file', '-', '--json'])
        .concat(more),
      { input },
    );

  it('authorises, tests, connects, maps groups, disconnects and removes', async () => {
    assert.match((await call(['directory', 'list'])).stderr, /may use no directory yet/);
    const made = await authorise(['--name', 'Head office']);
    assert.equal(made.status, 0, made.stderr);
    const { id, kind, connected, servers } = made.json();
    assert.deepEqual([kind, connected, servers], ['samba', false, [samba.url]]);
    assert.equal(made.stdout.includes(samba.bindPassword), false);

    const tested = await call(['directory', 'test', 'head office', '--json']);
    assert.equal(tested.status, 0);
    const { steps } = tested.json().servers[0];
    assert.deepEqual(
      steps.map(({ step, ok }: { step: string; ok: boolean }) => ok && step),
      ['resolve', 'tcp', 'tls', 'bind', 'base', 'user', 'group'],
    );
    assert.match((await call(['directory', 'test', id])).stdout, /Service account +ok +\d+(\.\d)? ms {2}Accepted\./);

    const unconfirmed = await call(['directory', 'connect', id]);
    assert.equal(unconfirmed.status, 4);
    assert.match(unconfirmed.stderr, /Nobody may be in until a group has a tier/);
    assert.equal((await call(['directory', 'connect', id, '--yes', '--json'])).json().connected, true);
    assert.equal((await call(['account', 'show', scope.accountId, '--json'])).json().type, 'EnterpriseDirectory');
    const missing = await call(['group', 'map', 'Nobody', 'Pro', '--json']);
    assert.deepEqual([missing.status, missing.error().code], [3, 'directory.groupNotFound']);
    assert.equal((await call(['group', 'map', 'Chime-Pro', 'pro', '--json'])).json().tier, 'Pro');
    assert.equal((await call(['directory', 'remove', id, '--yes', '--json'])).error().code, 'directory.isConnected');
    assert.match((await call(['doctor'])).stdout, /Head office, of Acme, answers as it must/);

    const asked = await call(['directory', 'disconnect'], { answers: ['y'] });
    assert.match(asked.stderr, /Nobody signs in with a directory password any more/);
    assert.match(asked.stdout, /is disconnected, and still authorised/);
    assert.equal((await call(['directory', 'remove', id, '--yes', '--json'])).json().removed, true);
    assert.equal((await call(['directory', 'show', id])).status, 3);
  });

  it('keeps the password for the same servers alone, and says what a test found', async () => {
    const { id } = (await authorise()).json();
    const renamed = await call(['directory', 'set', id, '--name', 'Renamed', '--json']);
    assert.deepEqual([renamed.status, renamed.json().name], [0, 'Renamed']);
    const moved = await call(['directory', 'set', id, '--servers', 'ldaps://dc9.example.com', '--json']);
    assert.equal(moved.error().code, 'cli.secretNeeded');
    const wrong = await authorise([], 'not the password');
    assert.deepEqual(
      [wrong.status, wrong.error().code, wrong.error().field],
      [1, 'directory.checkFailed', 'bindPassword'],
    );
    const both = `${samba.url},ldaps://${samba.host}:1`;
    const set = ['directory', 'set', id, '--servers', both, '--secret-env', 'BIND', '--json'];
    assert.equal((await call(set, { env: { BIND: samba.bindPassword } })).status, 0);
    const tested = await call(['directory', 'test', id]);
    assert.equal(tested.status, 1);
    assert.match(tested.stdout, /Connection +FAILED .* Nothing listens there\.\n +Check the port/);
  });

  it('keeps the attributes that are not named when some are set, and takes the usual ones again for none', async () => {
    const { id } = (await authorise(['--attributes', 'displayName: cn, proxyAddresses: -'])).json();
    const set = async (attributes: string) => {
      const ran = await call(['directory', 'set', id, '--attributes', attributes, '--json']);
      assert.equal(ran.status, 0, ran.stderr);
      return ran.json().attributes;
    };
    const named = await set('givenName: name');
    assert.deepEqual([named.displayName, named.proxyAddresses, named.givenName], ['cn', null, 'name']);
    const usual = await set('');
    assert.deepEqual([usual.displayName, usual.proxyAddresses], ['displayName', 'proxyAddresses']);
  });

  it('says what is doubtful of settings that it saves', async () => {
    const ran = await authorise(['--user-filter', '(objectClass=nothing)']);
    assert.equal(ran.status, 0);
    assert.match(ran.stderr, /The filter finds no person with a mail address/);
    assert.equal('doubts' in ran.json(), false);
  });
});
