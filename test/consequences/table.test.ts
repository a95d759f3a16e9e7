import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { type Because } from '../../src/users/entitlement/entitlement.ts';
import { registrationOf } from '../../src/users/lifecycle/registration.ts';

const here = new URL('.', import.meta.url);

describe('consequences: the table', () => {
  it('Suspended goes before Released, and Released before Registered and Unregistered', () => {
    const status = (joinedAt: number | null, ...kinds: Because['kind'][]) =>
      registrationOf({ joinedAt }, kinds.map((kind) => ({ kind })) as Because[]);
    assert.equal(status(null), 'Unregistered');
    assert.equal(status(1), 'Registered');
    assert.equal(status(1, 'domain', 'noGroup'), 'Registered');
    assert.equal(status(1, 'released'), 'Released');
    assert.equal(status(null, 'released', 'domain'), 'Released');
    assert.equal(status(1, 'released', 'administrator'), 'Suspended');
    assert.equal(status(null, 'directory'), 'Suspended');
  });

  it('has one test for each row, and one row for each test', () => {
    const table = readFileSync(new URL('../../docs/consequences.md', here), 'utf8');
    const rows = table
      .split('\n| consequence | in detail |\n|---|---|\n')
      .slice(1)
      .flatMap((part) => part.slice(0, `${part}\n\n`.indexOf('\n\n')).split('\n'))
      .map((line) => line.split('|')[1]?.trim() ?? '')
      .filter(Boolean);
    const tests = readdirSync(here)
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) => [...readFileSync(new URL(file, here), 'utf8').matchAll(/^ {2}it\('([A-Z][^']+)',/gm)])
      .map(([, title]) => title ?? '');
    assert.ok(rows.length > 40);
    assert.deepEqual(tests.toSorted(), rows.toSorted());
  });
});
