import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { CarillonError } from '../../../../src/platform/errors/errors.ts';
import { fold } from '../../../../src/platform/text/fold.ts';
import { openPeople, people } from './filter-people.ts';

type Scalar = string | number | boolean | null;
type Leaf = { name: string; op: string; value?: Scalar };
type Tree = { all: Tree[] } | { any: Tree[] } | { not: Tree } | { emails: Tree; tail: Leaf | undefined } | Leaf;

const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
const words = ['a', 'A1', 'ann', 'home', 'work', 'WORK', 'x', 'example', '%', '_', 'ü', '', '"', '\\', 'd', '.COM'];

function leaves(names: string[], flags: string[]): fc.Arbitrary<Leaf> {
  const [name, flag] = [fc.constantFrom(...names), fc.constantFrom(...flags)];
  const equality = fc.constantFrom('eq', 'ne');
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ name, op: fc.constantFrom(...operators), value: fc.constantFrom(...words) }) },
    { weight: 1, arbitrary: fc.record({ name: fc.oneof(name, flag), op: fc.constant('pr') }) },
    { weight: 1, arbitrary: fc.record({ name, op: equality, value: fc.constant(null) }) },
    { weight: 1, arbitrary: fc.record({ name: flag, op: equality, value: fc.boolean() }) },
  );
}

const nested = (leaf: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> =>
  fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.record({ all: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) }),
      fc.record({ not: tie('tree') }),
    ),
  })).tree;

const inner = leaves(['value', 'type'], ['primary']);
const tree = nested(
  fc.oneof(
    leaves(['id', 'userName', 'title', 'emails.value', 'emails.type'], ['active', 'emails.primary']),
    fc.record({ emails: nested(inner), tail: fc.option(inner, { nil: undefined }) }),
  ),
);

function write(node: Tree, within = ''): string {
  if ('not' in node) return `not (${write(node.not)})`;
  if ('all' in node) return node.all.map((each) => write(each, 'and')).join(' and ');
  if ('any' in node) {
    const text = node.any.map((each) => write(each)).join(' or ');
    return within === 'and' ? `(${text})` : text;
  }
  if ('emails' in node) return `emails[${write(node.emails)}]${node.tail ? `.${write(node.tail)}` : ''}`;
  return [node.name, node.op, ...('value' in node ? [JSON.stringify(node.value)] : [])].join(' ');
}

function compare(op: string, have: Scalar, value: Scalar): boolean {
  const there = have !== null && have !== '';
  if (op === 'pr') return there;
  if (value === null) return (op === 'ne') === there;
  if (have === null) return op === 'ne';
  const [a, b] = [String(have), String(value)];
  const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
  const results = new Map([
    ['eq', a === b],
    ['ne', a !== b],
    ['co', a.includes(b)],
    ['sw', a.startsWith(b)],
    ['ew', a.endsWith(b)],
    ['gt', order > 0],
    ['ge', order >= 0],
    ['lt', order < 0],
    ['le', order <= 0],
  ]);
  return results.get(op) === true;
}

type Thing = Record<string, Scalar | Record<string, Scalar>[]>;
const folded = (value: Scalar): Scalar => (typeof value === 'string' ? fold(value) : value);

/** What the filter means, said once more without SQL. */
function holds(node: Tree, thing: Thing): boolean {
  if ('not' in node) return !holds(node.not, thing);
  if ('all' in node) return node.all.every((each) => holds(each, thing));
  if ('any' in node) return node.any.some((each) => holds(each, thing));
  const emails = Array.isArray(thing['emails']) ? thing['emails'] : [];
  if ('emails' in node)
    return emails.some((email) => holds(node.emails, email) && (!node.tail || holds(node.tail, email)));
  const { name, op, value = null } = node;
  if (name.startsWith('emails.')) return emails.some((email) => holds({ ...node, name: name.slice(7) }, email));
  const have = thing[name] ?? null;
  if (Array.isArray(have)) return false;
  return name === 'id' ? compare(op, have, value) : compare(op, folded(have), folded(value));
}

describe('SCIM filters, any', () => {
  const { find, close } = openPeople({ comparisons: Infinity, scans: Infinity });
  after(close);

  it('find what they mean', () => {
    fc.assert(
      fc.property(tree, (node) => {
        const text = write(node);
        fc.pre(text.length <= 4096);
        const expected = people.filter((person) => holds(node, { ...person })).map(({ id }) => id);
        assert.deepEqual(find(text), expected.sort(), text);
      }),
      { numRuns: 3000, seed: 20 },
    );
  });

  it('are answered with SQL that runs, or with invalidFilter', () => {
    const marks = ['(', ')', '[', ']', '.', '"', '"a"', '\\', ' ', ' ', ' ', '1', '-', ':', '\n', 'ü'];
    const names = ['userName', 'emails', 'active', 'meta.created', 'value', '__proto__', 'constructor', urn.user];
    const keywords = [...operators, 'pr', 'and', 'or', 'not', 'true', 'null'];
    const pieces = fc.array(fc.constantFrom(...marks, ...names, ...keywords), { maxLength: 30 });
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      pieces.map((parts) => parts.join('')),
      pieces.map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          find(text);
        } catch (error) {
          if (!(error instanceof CarillonError) || error.code !== 'scim.invalidFilter') throw error;
        }
      }),
      { numRuns: 20_000, seed: 20 },
    );
  });
});
