import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { type Filter as Parsed, parse } from 'scim2-parse-filter';
import { storedGroup } from '../../../../src/directory/scim/groups/filter.ts';
import { compileFilter, compileForAll } from '../../../../src/directory/scim/protocol/filter.ts';
import { type Filter, parseFilter } from '../../../../src/directory/scim/protocol/filter-tree.ts';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { storedUser } from '../../../../src/directory/scim/users/filter.ts';
import { CarillonError } from '../../../../src/platform/errors/errors.ts';
import { refused as tooMuch } from './refused.ts';

const scope = { organisationId: 'o', accountId: 'a', connectionId: 'c' };
const asking = { engine: 'sqlite', base: 'https://x/scim/v2', scope } as const;
const user = storedUser(asking);

const refused = (filter: string, work: (text: string) => unknown = (text) => compileFilter(text, user)) =>
  assert.throws(
    () => work(filter),
    (error) => error instanceof CarillonError && error.code === 'scim.invalidFilter' && error.status === 400,
    filter,
  );
const eq = (attribute: string, value: string | number | boolean | null): Filter => ({
  op: 'compare',
  by: 'eq',
  attribute,
  value,
});

describe('SCIM filters, read', () => {
  for (const [filter, tree] of [
    ['userName eq "a"', eq('username', 'a')],
    ['USERNAME EQ "A"', eq('username', 'A')],
    ['externalId eq jyoung', eq('externalid', 'jyoung')],
    ['externalId eq jyoung@acme.example', eq('externalid', 'jyoung@acme.example')],
    ['externalId eq 007', eq('externalid', '007')],
    ['externalId eq 9007199254740993', eq('externalid', '9007199254740993')],
    ['externalId eq 7', eq('externalid', 7)],
    ['active eq TRUE', eq('active', true)],
    ['title eq null', eq('title', null)],
    ['userName eq "a \\u0022b\\" \\\\"', eq('username', 'a "b" \\')],
    [`${urn.user}:name.familyName eq "x"`, eq(`${urn.user.toLowerCase()}:name.familyname`, 'x')],
    ['a pr or b pr and c pr', { op: 'or', filters: [pr('a'), { op: 'and', filters: [pr('b'), pr('c')] }] }],
    ['(a pr or b pr) and c pr', { op: 'and', filters: [{ op: 'or', filters: [pr('a'), pr('b')] }, pr('c')] }],
    ['not (a pr)', { op: 'not', filter: pr('a') }],
    ['NOT(a pr)', { op: 'not', filter: pr('a') }],
    ['a[b pr or not (c pr)]', any('a', { op: 'or', filters: [pr('b'), { op: 'not', filter: pr('c') }] })],
    ['a[b pr].c eq "x"', any('a', { op: 'and', filters: [pr('b'), eq('c', 'x')] })],
    ['a[b pr].c pr and d pr', { op: 'and', filters: [any('a', { op: 'and', filters: [pr('b'), pr('c')] }), pr('d')] }],
  ] as [string, Filter][])
    it(filter, () => assert.deepEqual(parseFilter(filter), tree));

  it('security check 20: refuses what it does not understand', () => {
    for (const filter of [
      '',
      ' ',
      'userName',
      'userName eq',
      'userName eq and',
      'userName eq or userName eq "x"',
      'active eq toString',
      'userName eq true',
      'userName xx "a"',
      'userName eq "a',
      'userName eq "\\x"',
      'userName eq "\\u0000"',
      'userName eq "\\ud800"',
      'userName gt null',
      'emails.type co null',
      'active gt true',
      'active co "t"',
      'active eq "yes"',
      'active eq 1',
      'x509Certificates.value gt "MIIB"',
      'meta.created eq "yesterday"',
      'meta.created eq "2026-13-01T00:00:00Z"',
      'meta.created gt "2026-02-30T00:00:00Z"',
      'meta.created eq 5',
      'meta.created sw "2026"',
      'meta.version eq "x"',
      'password eq "x"',
      '__proto__ pr',
      'constructor pr',
      'name.constructor pr',
      'toString eq "x"',
      'userName pr constructor active pr',
      'userName[type eq "x"]',
      'addresses eq "x"',
      'name eq "x"',
      'name.givenName.x pr',
      'emails[emails[type eq "x"]]',
      'emails[shoe eq "x"]',
      'emails[]',
      'emails[type eq "x"',
      'emails[type eq "x"]]',
      'emails[type eq "x")',
      'emails[type eq "x"].value',
      'emails[type eq "x"] .value pr',
      'emails[type eq "x"].value and id pr',
      'emails.value.value pr',
      '(id pr',
      'id pr)',
      'id pr and',
      'and id pr',
      'id pr id pr',
      'not id pr',
      'not not (id pr)',
      'id not eq "x"',
      "id eq 'c'",
      'id eq "c"; DROP TABLE users',
      'id eq "a" "b"',
      `${urn.user} pr x`,
      `${urn.user}: pr`,
      `${urn.group}:displayName pr`,
    ])
      refused(filter);
  });

  it('is known to be led to by an index or not, and whether to few', () => {
    for (const [filter, isServed, isFew] of [
      ['userName eq "x"', true, true],
      ['id eq "x" or not (externalId ne "y")', true, true],
      ['userName co "x" and id eq "y"', true, true],
      ['emails.value eq "x"', true, false],
      ['groups[value eq "x"]', true, false],
      ['id eq "x" or emails.value eq "y"', true, false],
      ['emails.value eq "x" and id eq "y"', true, true],
      ['userName ne "x"', false, false],
      ['active eq true', false, false],
      ['id eq "x" or userName sw "y"', false, false],
      ['meta pr', false, false],
      ['id eq "x" or meta pr', false, false],
    ] as const) {
      const found = compileFilter(filter, user);
      assert.deepEqual([found.isServed, found.isFew], [isServed, isFew], filter);
    }
  });

  it('is bounded in comparisons, and in those that look at every row', () => {
    const find = (text: string) => compileFilter(text, user);
    const many = (length: number, one: string, by = ' or ') => Array.from({ length }, () => one).join(by);
    for (const filter of [
      many(20, 'id eq "c"'),
      many(20, 'not (id ne "c")'),
      many(20, 'active ne true'),
      many(20, 'emails.value eq "c"'),
      many(20, 'groups[value eq "c"]'),
      many(10, 'emails[type eq "work" and value eq "c"]'),
      many(20, 'meta.created gt "2026-02-01T00:00:00Z"'),
      `${many(6, 'userName co "x"')} or ${many(14, 'id eq "c"')}`,
    ])
      find(filter);
    for (const [filter, words] of [
      [many(21, 'id eq "c"'), 'more than 20 comparisons'],
      [`emails[${many(21, 'value eq "x"')}]`, 'more than 20 comparisons'],
      [many(7, 'userName co "x"'), 'more than 6'],
      [many(7, 'userName sw "x"', ' and '), 'more than 6'],
      [many(7, 'id gt "x"'), 'more than 6'],
      [many(7, 'id pr'), 'more than 6'],
      [many(7, 'id ne "c"'), 'more than 6'],
      [many(7, 'id eq null'), 'more than 6'],
      [many(7, 'title eq "c"'), 'more than 6'],
      [`not (${many(7, 'id eq "c"')})`, 'more than 6'],
      [`not (${many(7, 'emails.value eq "x"')})`, 'more than 6'],
      [many(7, 'emails pr'), 'more than 6'],
      [`emails[${many(7, 'value co "x"')}]`, 'more than 6'],
      [`emails[not (${many(7, 'value eq "x"')})]`, 'more than 6'],
    ] as const)
      tooMuch('scim.tooMany', () => find(filter), words);
  });

  it('security check 20: is bounded in length and depth, and ends', () => {
    compileFilter(`${'('.repeat(32)}id pr${')'.repeat(32)}`, user);
    for (const filter of [
      `id eq "${'x'.repeat(4096)}"`,
      `${'('.repeat(33)}id pr${')'.repeat(33)}`,
      '('.repeat(4000),
      `${'not '.repeat(1000)}id pr`,
      `${'not('.repeat(1000)}id pr`,
      `"${'\\"'.repeat(2000)}`,
      `${'a.'.repeat(2000)} pr`,
      'id pr and '.repeat(400),
    ])
      refused(filter);
  });

  it('takes over several types what one of them has, and nothing that none has', () => {
    const all = [user, storedGroup(asking)];
    for (const filter of ['userName pr', 'members.value eq "x"', 'emails[type eq "work"]', 'displayName sw "a"'])
      assert.equal(compileForAll(filter, all).length, 2);
    for (const filter of ['shoeSize pr', 'displayName pr and shoes[size eq "9"]', 'members.shoe pr'])
      refused(filter, (text) => compileForAll(text, all));
  });

  it('gives the trees that another parser gives of what both read alike', () => {
    const leaf = fc
      .tuple(fc.constantFrom('a', 'b.c', 'd'), fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'))
      .map(([name, by]) => `${name} ${by} "x"`);
    const tree = fc.letrec<{ tree: string; both: string; one: string }>((tie) => ({
      tree: fc.array(tie('both'), { minLength: 1, maxLength: 3 }).map((all) => all.join(' or ')),
      both: fc.array(tie('one'), { minLength: 1, maxLength: 3 }).map((all) => all.join(' and ')),
      one: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.constant('e pr'),
        tie('tree').map((inner) => `(${inner})`),
        tie('tree').map((inner) => `not (${inner})`),
        leaf.map((inner) => `f[${inner} and g pr]`),
      ),
    })).tree;
    /** Brackets change nothing beyond the tree that they make. */
    const flat = (filter: Filter): unknown => {
      if (filter.op === 'and' || filter.op === 'or')
        return {
          op: filter.op,
          filters: filter.filters.flatMap((each) =>
            each.op === filter.op ? (flat(each) as { filters: unknown[] }).filters : [flat(each)],
          ),
        };
      if (filter.op === 'not') return { op: 'not', filter: flat(filter.filter) };
      if (filter.op === 'any') return { op: '[]', attrPath: filter.attribute, valFilter: flat(filter.filter) };
      if (filter.op === 'pr') return { op: 'pr', attrPath: filter.attribute };
      return { op: filter.by, attrPath: filter.attribute, compValue: filter.value };
    };
    const others = (filter: Parsed): unknown => {
      if (filter.op === 'and' || filter.op === 'or')
        return {
          op: filter.op,
          filters: filter.filters.flatMap((each) =>
            each.op === filter.op ? (others(each) as { filters: unknown[] }).filters : [others(each)],
          ),
        };
      if (filter.op === 'not') return { op: 'not', filter: others(filter.filter) };
      return filter.op === '[]' ? { ...filter, valFilter: others(filter.valFilter) } : filter;
    };
    fc.assert(
      fc.property(tree, (text) => {
        fc.pre(text.length <= 4096);
        assert.deepEqual(flat(parseFilter(text)), others(parse(text)), text);
      }),
      { numRuns: 2_000, seed: 20 },
    );
  });

  it('security check 20: throws nothing but invalidFilter and tooMany, whatever it is given', () => {
    const marks = ['(', ')', '[', ']', '.', '"', '"a"', '\\', ' ', ' ', ' ', '1', '-', ':', '\n', 'ü'];
    const names = ['userName', 'emails', 'active', 'meta.created', 'value', '__proto__', 'constructor', urn.user];
    const keywords = ['eq', 'ne', 'co', 'sw', 'gt', 'pr', 'and', 'or', 'not', 'true', 'null'];
    const pieces = fc.array(fc.constantFrom(...marks, ...names, ...keywords), { maxLength: 30 });
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      pieces.map((parts) => parts.join('')),
      pieces.map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          compileFilter(text, user);
        } catch (error) {
          if (!(error instanceof CarillonError) || !/^scim\.(invalidFilter|tooMany)$/.test(error.code)) throw error;
        }
      }),
      { numRuns: 20_000, seed: 20 },
    );
  });
});

function pr(attribute: string): Filter {
  return { op: 'pr', attribute };
}

function any(attribute: string, filter: Filter): Filter {
  return { op: 'any', attribute, filter };
}
