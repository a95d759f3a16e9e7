import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = globSync('{*.md,{docs,src,test,deploy,bench,config,certs}/**/*.md}', { cwd: root });
const read = (path: string): string => readFileSync(resolve(root, path), 'utf8');

describe('the documentation', () => {
  it('has no link into nothing', () => {
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !existsSync(resolve(root, dirname(page), link)))
        .map((link) => `${page}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });

  it('names commands that there are', () => {
    const known = [...read('docs/command-line.md').matchAll(/^### carillon (.+)$/gm)].map(([, call = '']) => call);
    const nouns = new Set(known.map((call) => call.split(' ')[0]));
    const strangers = pages
      .filter((page) => page.startsWith('docs/') || page === 'README.md')
      .flatMap((page) =>
        [...read(page).matchAll(/(?:`|^|npm run (?:-s )?)carillon (?:-- )?([a-z][a-z-]*)(?: ([a-z][a-z-]*))?/gm)]
          .filter(([, noun = '', verb = '']) => {
            const calls = known.filter((call) => call.split(' ')[0] === noun);
            return (
              !nouns.has(noun) ||
              (calls.some((call) => call.includes(' ')) && verb && !known.includes(`${noun} ${verb}`))
            );
          })
          .map(([call]) => `${page}: ${call}`),
      );
    assert.deepEqual(strangers, []);
  });
});
