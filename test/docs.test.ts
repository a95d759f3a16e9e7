import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = globSync('{*.md,{docs,src,test,deploy,bench,config,certs}/**/*.md}', {
  cwd: root,
  exclude: ['**/node_modules'], // of the peers that benchmarks are run beside
});
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

  it('has every page of a guide in its index', () => {
    const missing = ['docs/administration', 'docs/operations', 'docs/decisions'].flatMap((folder) => {
      const index = read(`${folder}/README.md`);
      return globSync('*.md', { cwd: resolve(root, folder) })
        .filter((page) => page !== 'README.md' && !index.includes(`](${page})`))
        .map((page) => `${folder}/${page}`);
    });
    assert.deepEqual(missing, []);
  });

  it('names the fields of Carillon as its pages do, where it connects a directory', () => {
    const texts = read('src/console/connection/texts.ts');
    for (const page of ['docs/administration/okta.md', 'docs/administration/entra.md']) {
      for (const field of [
        'Issuer',
        'Client ID',
        'Client secret',
        'Login redirect URI',
        'Initiate login URI',
        'SCIM base URL',
      ]) {
        assert.ok(texts.includes(`'${field}'`), `the page has no ${field}`);
        assert.ok(read(page).includes(`**${field}**`), `${page} does not say what to do with ${field}`);
      }
    }
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
