import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Syncs } from '../../../src/platform/database/sqlite/syncs.ts';
import { testFolder } from '../../support/folder.ts';

describe('the log on its way to the disk', () => {
  let syncs: Syncs;
  let said: string[];
  /** The disk, which is done when a test says so. */
  let disk: ((error: Error | null) => void)[];
  beforeEach(() => {
    const path = join(testFolder(), 'log.db');
    writeFileSync(`${path}-wal`, '');
    [said, disk] = [[], []];
    syncs = new Syncs(path, (_fd, done) => disk.push(done));
  });
  const add = (name: string, lazy = false): void =>
    syncs.add({ answer: () => said.push(name), refuse: (error) => said.push(`${name}: ${String(error)}`) }, lazy);
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('answers nobody before the disk has, and those together who came meanwhile', async () => {
    add('first');
    add('second');
    add('third');
    await turn();
    assert.deepEqual([said, disk.length], [[], 1]);
    disk[0]!(null);
    await turn();
    assert.deepEqual([said, disk.length], [['first'], 2]);
    const closed = syncs.close();
    disk[1]!(null);
    await closed;
    assert.deepEqual(said, ['first', 'second', 'third']);
  });

  it('lets nobody who is lazy wait for it, unless they may have seen what is on its way there', async () => {
    add('alone', true);
    assert.deepEqual([said, disk.length], [['alone'], 0]);
    add('first');
    add('behind', true);
    await turn();
    assert.deepEqual([said, disk.length], [['alone'], 1]);
    disk[0]!(null);
    await turn();
    assert.deepEqual([said, disk.length], [['alone', 'first'], 2]);
    const closed = syncs.close();
    disk[1]!(null);
    await closed;
    assert.deepEqual(said, ['alone', 'first', 'behind']);
  });

  it('security check 39: acknowledges nothing any more once the disk has failed', async () => {
    syncs.requireWhole();
    add('lost');
    add('behind it');
    await turn();
    disk[0]!(new Error('EIO'));
    await turn();
    disk[1]?.(null);
    await turn();
    assert.deepEqual(said, ['lost: Error: EIO', 'behind it: Error: EIO']);
    assert.throws(() => syncs.requireWhole(), /EIO/);
    add('lazy', true);
    add('later');
    assert.deepEqual(said.slice(2), ['lazy: Error: EIO', 'later: Error: EIO']);
    await syncs.close();
  });
});
