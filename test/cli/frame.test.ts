import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableOf, widthOf } from '../../src/cli/frame/table.ts';
import { jsonText } from '../../src/cli/frame/output.ts';
import { runCommand } from '../support/command.ts';
import { testFolder } from '../support/folder.ts';
import { testConfig } from '../support/house.ts';

describe('the frame of the command line', () => {
  it('aligns columns, also of names that are twice as wide', () => {
    assert.equal(widthOf('李小龍'), 6);
    assert.deepEqual(
      tableOf(
        ['NAME', 'TIER'],
        [
          ['李小龍', 'Pro'],
          ['Zoë', '–'],
        ],
      ),
      ['NAME    TIER', '李小龍  Pro', 'Zoë     –'],
    );
  });

  it('writes JSON that no terminal acts on, and that reads as what was stored', () => {
    const sly = 'a\u{1b}[2J\u{9b}\u{202e}\u{e0041}\n\u{2028}b';
    const text = jsonText({ sly });
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    assert.deepEqual(JSON.parse(text), { sly });
  });

  it('tells a wrong call from everything else, in words and as JSON', async () => {
    const config = testConfig();
    const unknown = await runCommand(config, ['trail', 'list', '--colour']);
    assert.equal(unknown.status, 2);
    assert.match(unknown.stderr, /Unknown option '--colour'/);
    assert.equal(unknown.stdout, '');
    const asJson = await runCommand(config, ['trail', 'list', '--colour', '--json']);
    assert.equal(asJson.status, 2);
    assert.equal(asJson.error().code, 'cli.usage');
    assert.equal((await runCommand(config, ['no-such'])).status, 2);
    assert.equal((await runCommand(config, ['admin'])).status, 2, 'a noun alone shows its help');
    assert.equal((await runCommand(config, ['--help'])).status, 0);
    const { status, stdout } = await runCommand(config, ['--version']);
    assert.deepEqual(
      [status, stdout.trim()],
      [0, JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version],
    );
  });

  it('asks for a configuration to serve with only where a server is to start', async () => {
    const asked: boolean[] = [];
    const configuration = (serving = false): never => {
      asked.push(serving);
      throw new Error('faulty');
    };
    for (const words of [['serve'], ['organisation', 'list']]) await runCommand(testConfig(), words, { configuration });
    assert.deepEqual(asked, [true, false]);
  });

  it('makes no database where there is none', async () => {
    const folder = testFolder();
    const config = testConfig({ databaseUrl: join(folder, 'nowhere.db') });
    const { status, stderr } = await runCommand(config, ['trail', 'list']);
    assert.equal(status, 5);
    assert.match(stderr, /no database at .*nowhere\.db/);
    assert.ok(!existsSync(join(folder, 'nowhere.db')));
  });

  it('gives every command --json, a help with an example, and a place in the reference', async () => {
    const config = testConfig();
    const reference = (await runCommand(config, ['command-reference'])).stdout;
    const commands = [...reference.matchAll(/^### carillon (.+)$/gm)].map(([, name = '']) => name.split(' '));
    assert.ok(commands.length > 30, String(commands.length));
    for (const words of commands) {
      const { status, stdout } = await runCommand(config, [...words, '--help']);
      assert.equal(status, 0, words.join(' '));
      assert.match(stdout, /--json/, words.join(' '));
      assert.match(stdout, /Examples?:\n {2}\S/, words.join(' '));
    }
    const names = (await runCommand(config, ['env-example', '--json'])).json().settings;
    assert.ok(names.some(({ variable }: { variable: string }) => variable === 'PUBLIC_URL'));
  });

  it('completes nouns, verbs and options in bash', async () => {
    const { stdout } = await runCommand(testConfig(), ['completion']);
    const complete = (...words: string[]): string[] => {
      const setting = `COMP_WORDS=(carillon ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}`;
      const script = `${stdout}\n${setting}\n_carillon\necho "\${COMPREPLY[@]}"`;
      return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
    };
    assert.deepEqual(complete('doc'), ['doctor']);
    assert.ok(complete('user', '').includes('suspend'));
    assert.deepEqual(complete('user', 'suspend', 'ada', '--y'), ['--yes']);
  });
});
