import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { nouns } from '../../src/cli/commands/nouns.ts';
import { loadConfig } from '../../src/platform/config/load.ts';
import { settingEntries } from '../../src/platform/config/settings.ts';
import { testFolder } from '../support/folder.ts';

const deploy = fileURLToPath(new URL('../../deploy', import.meta.url));
const read = (path: string): string => readFileSync(`${deploy}/${path}`, 'utf8');

const units = readdirSync(`${deploy}/systemd`).filter((name) => name.endsWith('.service'));
const known = new Set<string>(settingEntries().map(([, { env }]) => env));
/** Variables of Node, and of PostgreSQL's image. */
const others = new Set(['NODE_ENV', 'POSTGRES_USER', 'POSTGRES_DB', 'POSTGRES_PASSWORD']);

/** `NAME=value` or `NAME: value` with a name in capitals. */
const assignments = (text: string): [string, string][] =>
  [...text.matchAll(/(?<![\w$])([A-Z][A-Z0-9_]+)(?:=|: )(\S+)/g)].map(([, name = '', value = '']) => [name, value]);

describe('what deploy/ ships', () => {
  for (const unit of units) {
    it(`${unit} sets what there is to set, to what fits, and calls a command that there is`, () => {
      const text = read(`systemd/${unit}`);
      const env = Object.fromEntries(
        text.split('\n').flatMap((line) => (line.startsWith('Environment=') ? assignments(line.slice(12)) : [])),
      );
      assert.deepEqual(
        Object.keys(env).filter((name) => !known.has(name) && !others.has(name)),
        [],
      );
      loadConfig({ env, folder: testFolder() });
      const [, word = ''] = /carillon\.mjs (\w+)/.exec(text) ?? [];
      assert.ok(
        nouns.some((noun) => noun.name === word),
        word,
      );
    });
  }

  for (const file of ['compose/compose.yaml', 'compose/Dockerfile', 'compose/carillon.env.example']) {
    it(`${file} names settings that there are`, () => {
      const names = assignments(read(file)).map(([name]) => name);
      assert.deepEqual(
        names.filter((name) => !known.has(name) && !others.has(name) && !/^(CMD|RUN|ALL)$/.test(name)),
        [],
      );
    });
  }

  it('the sample environment of compose is a configuration', () => {
    loadConfig({ env: Object.fromEntries(assignments(read('compose/carillon.env.example'))), folder: testFolder() });
  });
});
