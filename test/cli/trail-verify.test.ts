import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clock } from '../../src/platform/clock/clock.ts';
import { runCommand } from '../support/command.ts';
import { sealable, sealAll, type Sealable } from '../trail/support.ts';

describe('carillon trail verify', () => {
  let trail: Sealable;
  before(async () => {
    trail = await sealable();
    await trail.act(3);
    await sealAll(trail.sealer);
  });
  after(async () => {
    await trail.stop();
    clock.reset();
  });
  const run = (...words: string[]) => runCommand(trail.ground.config, ['trail', ...words]);

  it('has no key before the first digest', async () => {
    const { status, error } = await run('key', '--json');
    assert.deepEqual([status, error().code], [3, 'trail.noKey']);
  });

  it('ends with 0 beside a running server when all is right, and tells what is covered', async () => {
    clock.advance(3_600_000);
    await trail.digests.turn();
    const { status, stdout } = await run('verify');
    assert.equal(status, 0, stdout);
    assert.match(stdout, /right: 3 records, 1 digest, signed until \d{4}-/);
    const { verified, chains } = (await run('verify', '--json')).json();
    assert.deepEqual([verified, chains[0].records, chains[0].finding], [true, 3, null]);
    assert.equal((await run('digests', '--json')).json().digests[0].position, 3);
  });

  it('tells of digests whose files are not here, which is no fault', async () => {
    const { trailDigestDir } = trail.ground.config;
    renameSync(trailDigestDir, `${trailDigestDir}.away`);
    const { status, stdout } = await run('verify');
    renameSync(`${trailDigestDir}.away`, trailDigestDir);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /1 digest without a file here, as after a restore on another machine; right in the database/);
  });

  it('takes a key that was kept elsewhere, and refuses another', async () => {
    const folder = trail.ground.config.dataDir;
    const [kept, other] = [join(folder, 'kept.pem'), join(folder, 'other.pem')];
    writeFileSync(kept, (await run('key')).stdout);
    writeFileSync(other, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
    assert.equal((await run('verify', '--key', kept)).status, 0);
    assert.equal((await run('verify', '--key', other)).status, 1);
    const { error } = await run('verify', '--key', join(folder, 'nowhere'), '--json');
    assert.equal(error().code, 'trail.keyUnknown');
  });

  it('ends with 1 and names the first record that is wrong', async () => {
    await trail.tamper(`UPDATE "trail_records" SET "eventName" = 'Nothing' WHERE "position" >= 2`);
    const { status, stdout } = await run('verify');
    assert.equal(status, 1);
    assert.match(stdout, /record 2 {2}Change1 {2}\d{4}-/);
    const { verified, chains } = (await run('verify', '--organisation', trail.organisationId, '--json')).json();
    assert.deepEqual(
      [verified, chains[0].finding.wrong, chains[0].finding.position, chains[0].finding.eventName],
      [false, 'recordAltered', 2, 'Change1'],
    );
  });
});
