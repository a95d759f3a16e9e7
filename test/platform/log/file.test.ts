import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logFile, standardError } from '../../../src/platform/log/file.ts';
import { createLog } from '../../../src/platform/log/log.ts';
import { testFolder } from '../../support/folder.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const script = fileURLToPath(new URL('log-process.ts', import.meta.url));

describe('the file of the log', () => {
  it('drops lines while the disk is full, and says how many once it has room', () => {
    const folder = testFolder();
    const path = join(folder, 'log');
    symlinkSync('/dev/full', path); // every write to it fails with ENOSPC
    const log = createLog({ level: 'info', destination: path });
    for (let i = 0; i < 3; i++) log.info({ i }, 'lost');
    rmSync(path);
    log.info('kept');
    log.info('and kept');
    const lines = read(path)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual([lines[0]?.['level'], lines[0]?.['dropped'], lines[0]?.['why']], ['warn', 3, 'ENOSPC']);
    assert.deepEqual(
      lines.slice(1).map(({ message }) => message),
      ['kept', 'and kept'],
    );
  });

  it('is put aside when it has grown too large, with one before it at most', () => {
    const folder = testFolder();
    const path = join(folder, 'log');
    const file = logFile(path, 100);
    for (let i = 0; i < 25; i++) file.write(`${String(i).padStart(9, '0')}\n`);
    assert.deepEqual(readdirSync(folder).toSorted(), ['log', 'log.1']);
    assert.deepEqual([statSync(path).size, statSync(`${path}.1`).size], [50, 100]);
    assert.match(read(`${path}.1`), /^000000010\n/);
    assert.match(read(path), /000000024\n$/);
    assert.equal(statSync(path).mode & 0o077, 0);
    logFile(path, 100).write('after a new start, x\n'.repeat(3));
    assert.match(read(`${path}.1`), /000000024\n$/, 'what was there counts');
  });

  it('is not put aside again when another process has done so', () => {
    const path = join(testFolder(), 'log');
    const file = logFile(path, 100);
    file.write(`${'a'.repeat(89)}\n`);
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'theirs\n');
    file.write('ours, which is too long\n');
    assert.equal(read(path), 'theirs\nours, which is too long\n');
    assert.match(read(`${path}.1`), /^a+\n$/);
    file.write(`${'b'.repeat(60)}\n`);
    rmSync(path);
    file.write(`${'c'.repeat(60)}\n`);
    assert.match(read(path), /^c+\n$/);
  });

  it('says so at the start when it cannot be opened', () => {
    assert.throws(() => logFile(testFolder()), { code: 'log.file', message: /EISDIR/ });
  });
});

describe('the log on standard error', () => {
  it('drops what a full pipe does not take, without joining two lines', () => {
    const path = join(testFolder(), 'pipe');
    execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
    const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    try {
      const errors = standardError(fd);
      for (let i = 0; i < 40; i++) errors.write(`{"line":"${'x'.repeat(9000)}"}\n`);
      const buffer = Buffer.alloc(1 << 20);
      const before = buffer.toString('utf8', 0, readSync(fd, buffer));
      errors.write('{"line":"after"}\n');
      const after = buffer.toString('utf8', 0, readSync(fd, buffer));
      const whole = `${before}${after}`.split('\n').filter((line) => line.endsWith('}'));
      for (const line of whole) JSON.parse(line);
      const { dropped, why } = JSON.parse(whole.at(-2) ?? '') as Record<string, unknown>;
      assert.equal(why, 'EAGAIN');
      assert.equal(dropped, 40 - (whole.length - 2));
      assert.equal(whole.at(-1), '{"line":"after"}');
    } finally {
      closeSync(fd);
    }
  });

  it('does not end the process when nobody reads it any more', () => {
    // The shell closes the reading end at once: every write fails with EPIPE.
    const command = `{ "$0" "$1" && echo lived >&3; } 2>&1 >/dev/null | true`;
    const run = spawnSync('sh', ['-c', command, process.execPath, script], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    assert.equal(run.output[3]?.toString(), 'lived\n');
  });
});
