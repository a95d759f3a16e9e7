import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const page = 'docs/security.md';

/** The cases of a plan, which make their titles by themselves. */
const casesOf = (source: string): string[] =>
  source.includes('security check 1: ${name}')
    ? [...source.matchAll(/^ {4}'(.+)': async/gm)].map(([, name = '']) => name)
    : [];

/** Titles in the tests, as lines of the page's list, by check. */
function titles(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const path of globSync('test/**/*.test.ts', { cwd: root })) {
    if (path === 'test/security.test.ts') continue;
    const source = readFileSync(join(root, path), 'utf8');
    for (const [, , check = '', title = ''] of source.matchAll(/\(\s*(['`])security check (\d+): ((?:(?!\1).)*)\1/g)) {
      const lines = found.get(check) ?? new Set<string>();
      lines.add(`- ${title.includes('${') ? `\`${title}\`` : title} (${path})`);
      found.set(check, lines);
    }
    for (const name of casesOf(source)) found.get('1')?.add(`- ${name} (${path})`);
  }
  return found;
}

/** Where a number is written otherwise, it would not be found, and could vanish. */
const written = (): [string, string][] =>
  globSync('test/**/*.test.ts', { cwd: root })
    .filter((path) => path !== 'test/security.test.ts')
    .flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .filter(
          (line) =>
            /security check/.test(line) && !/\(\s*['`]security check \d+: \S|^\s*['`]security check \d+: \S/.test(line),
        )
        .map((line): [string, string] => [path, line.trim()]),
    );

describe('the page of security checks', () => {
  const text = readFileSync(join(root, page), 'utf8');
  const [table = '', list = ''] = text.split('## The tests');

  it('names every test of a check, and no other', () => {
    const listed = new Map(
      list
        .split('### ')
        .slice(1)
        .map((part) => {
          const [check = '', ...lines] = part.split('\n');
          return [check.trim(), new Set(lines.filter((line) => line.startsWith('- ')))] as const;
        }),
    );
    const there = titles();
    assert.deepEqual([...listed.keys()].toSorted(), [...there.keys()].toSorted());
    for (const [check, lines] of there)
      assert.deepEqual([...(listed.get(check) ?? [])].toSorted(), [...lines].toSorted(), `check ${check} in ${page}`);
    assert.deepEqual(written(), [], 'titles are written as: security check N: what');
  });

  it('says of each what is done about it', () => {
    const rows = [...table.matchAll(/^\| (\d+) \| (.{20,}) \|$/gm)].map(([, check = '']) => check);
    assert.deepEqual(rows.toSorted(), [...titles().keys()].toSorted());
  });
});
