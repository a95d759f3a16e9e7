import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type Engine, isOneOf, join, list, rowsOf, Sql, sql, tableOf } from '../../../src/platform/database/sql.ts';

/** What a place of a statement holds. */
type Held =
  | { kind: 'value'; value: string | boolean | null }
  | { kind: 'list'; many: number }
  | { kind: 'one of'; many: number }
  | { kind: 'rows of'; many: number }
  | { kind: 'table'; many: number }
  | { kind: 'joined'; parts: Held[] }
  | { kind: 'piece'; which: number; held: Held[] };

const pieces: ((a: unknown, b: unknown) => Sql)[] = [
  (a) => sql`(${a})`,
  (a, b) => sql`(${a}, ${b})`,
  (a, b) => sql`${a} OR ${b}`,
  () => sql`TRUE`,
  () => new Sql(['TRUE'], []),
  (a) => sql`x LIMIT ${a}`,
];
const texts = (many: number): string[] => Array.from({ length: many }, (_, i) => `t${i}`);
const columnsOf = (many: number) =>
  Array.from({ length: many + 1 }, (_, i) => ({ name: `c${i}`, kind: 'text' as const, values: ['v'] }));

function made(held: Held): unknown {
  if (held.kind === 'value') return held.value;
  if (held.kind === 'list') return list(texts(held.many));
  if (held.kind === 'one of') return isOneOf(texts(held.many));
  if (held.kind === 'rows of') return rowsOf(texts(held.many));
  if (held.kind === 'table') return tableOf(columnsOf(held.many));
  if (held.kind === 'joined') return join(held.parts.map(asPiece), ' AND ');
  return pieces[held.which]!(...(held.held.map(made) as [unknown, unknown]));
}
const asPiece = (held: Held): Sql => {
  const piece = made(held);
  return piece instanceof Sql ? piece : sql`${piece}`;
};

/** The same written by itself, with nothing kept. */
function written(held: Held, engine: Engine, places: { count: number }, isLimit = false): string {
  const place = (bare = false): string => {
    places.count++;
    if (engine === 'postgres') return `$${places.count}`;
    return bare ? '?' : '+?';
  };
  const isSqlite = engine === 'sqlite';
  if (held.kind === 'value') return place(isLimit);
  if (held.kind === 'list') {
    return held.many === 0
      ? 'NULL'
      : texts(held.many)
          .map(() => place())
          .join(', ');
  }
  if (held.kind === 'one of' && held.many === 1) return `= ${place()}`;
  if (held.kind === 'one of')
    return isSqlite ? `IN (SELECT "value" FROM json_each(${place()}))` : `= ANY(${place()}::text[])`;
  if (held.kind === 'rows of')
    return isSqlite ? `SELECT "value" FROM json_each(${place()})` : `SELECT unnest(${place()}::text[])`;
  if (held.kind === 'table') {
    const names = columnsOf(held.many).map(({ name }) => `"${name}"`);
    if (!isSqlite) {
      return `SELECT * FROM unnest(${names.map(() => `${place()}::text[]`).join(', ')}) AS "rows" (${names.join(', ')})`;
    }
    const read = names.map((name, i) => `"value" ->> ${i} AS ${name}`);
    return `SELECT ${read.join(', ')} FROM json_each(${place(true)})`;
  }
  if (held.kind === 'joined') return held.parts.map((part) => written(part, engine, places)).join(' AND ');
  const [a, b] = held.held;
  const first = (limit = false): string => written(a!, engine, places, limit);
  if (held.which === 0) return `(${first()})`;
  if (held.which === 1) return `(${first()}, ${written(b!, engine, places)})`;
  if (held.which === 2) return `${first()} OR ${written(b!, engine, places)}`;
  return held.which === 5 ? `x LIMIT ${first(true)}` : 'TRUE';
}

const { held } = fc.letrec<{ held: Held }>((tie) => ({
  held: fc.oneof(
    { maxDepth: 4 },
    fc.record({ kind: fc.constant('value' as const), value: fc.constantFrom('x', true, null) }),
    fc.record({
      kind: fc.constantFrom('list' as const, 'one of' as const, 'rows of' as const, 'table' as const),
      many: fc.oneof(fc.nat(4), fc.constantFrom(99, 100, 101, 102)),
    }),
    fc.record({ kind: fc.constant('joined' as const), parts: fc.array(tie('held'), { maxLength: 45 }) }),
    fc.record({
      kind: fc.constant('piece' as const),
      which: fc.nat(pieces.length - 1),
      held: fc.tuple(tie('held'), tie('held')) as fc.Arbitrary<Held[]>,
    }),
  ),
}));

describe('texts of statements that are written once', () => {
  it('are those that the statement has by itself, whatever was written before', () => {
    fc.assert(
      fc.property(held, fc.constantFrom<Engine>('sqlite', 'postgres'), (of, engine) => {
        const places = { count: 0 };
        const expected = written(of, engine, places);
        for (const time of ['first', 'second']) {
          const { text, parameters } = asPiece(of).render(engine);
          assert.equal(text, expected, `the ${time} time`);
          assert.equal(parameters.length, places.count, `the ${time} time`);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('are one and the same, so that what is prepared under them is found at once', () => {
    const ask = (id: string, others: string[]): string =>
      sql`SELECT 1 FROM "t" WHERE "id" = ${id} AND "other" IN (${list(others)})`.render('postgres').text;
    assert.equal(ask('a', ['b']), ask('c', ['d']));
    assert.notEqual(ask('a', ['b']), ask('a', ['b', 'c']));
  });

  it('carry the values of each time', () => {
    const ask = (id: string, isDone: boolean): unknown[] =>
      sql`SELECT ${id}, ${isOneOf([id, 'b'])}, ${sql`${isDone}`}`.render('sqlite').parameters;
    assert.deepEqual(ask('a', true), ['a', '["a","b"]', 1]);
    assert.deepEqual(ask('c', false), ['c', '["c","b"]', 0]);
  });
});
