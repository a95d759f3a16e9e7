import assert from 'node:assert/strict';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { CarillonError } from '../../../../src/platform/errors/errors.ts';
import { openPeople } from './filter-people.ts';
import { refused as tooMuch } from './refused.ts';

describe('SCIM filters in SQL', () => {
  const { find, close } = openPeople();
  after(close);

  const refused = (filter: string) =>
    assert.throws(
      () => find(filter),
      (error) => error instanceof CarillonError && error.code === 'scim.invalidFilter' && error.status === 400,
      filter,
    );

  for (const [filter, found] of [
    // what Okta and Entra send
    ['userName eq "ann@example.COM"', ['A1']],
    ['emails[type eq "work"].value eq "ANN@example.com"', ['A1']],
    ['emails[type eq "work"].value eq "ann@home.example"', []],
    ['id eq "A1" and userName sw "ann"', ['A1']],
    ['id eq "a1" and emails.value pr', ['a1']],
    // operators
    ['userName ne "müller"', ['A1', 'a1', 'd']],
    ['userName co "\\u00FCLL"', ['c']],
    ['userName co ""', ['A1', 'a1', 'c', 'd']],
    ['userName ew "EXAMPLE.com"', ['A1', 'a1']],
    ['userName ew "a much longer text than any name"', []],
    ['userName co "_"', ['a1']],
    ['title co "%"', ['A1']],
    ['title pr', ['A1', 'd']],
    ['not (title pr)', ['a1', 'c']],
    ['title eq null', ['a1', 'c']],
    ['title ne NULL', ['A1', 'd']],
    ['title ne "work"', ['A1', 'a1', 'c']],
    ['not (title eq "work")', ['A1', 'a1', 'c']],
    ['not (title ne "work")', ['d']],
    ['not (title sw "w")', ['A1', 'a1', 'c']],
    ['id gt "a1" and id le "d"', ['c', 'd']],
    ['id sw "A"', ['A1']],
    ['active eq True', ['A1', 'c', 'd']],
    ['active EQ "False"', ['a1']],
    ['active ne true', ['a1']],
    ['meta.created gt "2026-02-01T00:00:00Z"', ['c']],
    ['meta.created ge "2026-02-01T01:00:00+01:00"', ['a1', 'c', 'd']],
    ['meta.lastModified pr or meta.created lt "2026-01-02T00:00:00"', null],
    ['meta.created lt "2026-01-02T00:00:00"', ['A1']],
    // values
    ['userName eq "a \\"quoted\\" \\\\ name\\t"', ['d']],
    ['userName eq "a \\u0022quoted\\u0022 \\u005c name\\u0009"', ['d']],
    // names
    ['USERNAME Eq "müller"', ['c']],
    [`${urn.user}:userName eq "müller"`, ['c']],
    [`${urn.enterprise}:Department eq "work"`, ['d']],
    // several values
    ['emails pr', ['A1', 'a1', 'd']],
    ['not (emails pr)', ['c']],
    ['emails eq "x"', ['d']],
    ['emails co "home"', ['A1', 'a1', 'd']],
    ['emails[type eq "home" and value co "HOME"]', ['A1']],
    ['emails.type eq "home" and emails.value co "home"', ['A1', 'd']],
    ['emails[not (type eq "home")]', ['A1', 'a1', 'd']],
    ['not (emails[type eq "home"])', ['a1', 'c']],
    ['emails[type eq "home" or type eq "work"].primary eq true', ['A1', 'd']],
    ['emails[type eq "home"].value pr and active eq true', ['A1', 'd']],
    // order
    ['id eq "c" or id eq "d" and active eq false', ['c']],
    ['(id eq "c" or id eq "d") and active eq true', ['c', 'd']],
    ['active eq true and (id eq "c" or id eq "d") and not (title pr)', ['c']],
    ['not (id eq "c" or id eq "d")', ['A1', 'a1']],
    ['((title pr))', ['A1', 'd']],
    ['(id eq "c" or not (active eq true))', ['a1', 'c']],
  ] as const)
    it(filter, () => (found === null ? refused(filter) : assert.deepEqual(find(filter), found)));

  it('refuses what it does not understand', () => {
    for (const filter of [
      '',
      'userName',
      'userName eq',
      'userName eq jyoung',
      'userName eq constructor',
      'active eq toString',
      'userName eq 5',
      'userName xx "a"',
      'userName eq "a',
      'userName eq "\\x"',
      'userName eq "\\u0000"',
      'userName eq "\\ud800"',
      'userName gt null',
      'active gt true',
      'active co "t"',
      'active eq "yes"',
      'meta.created eq "yesterday"',
      'meta.created sw "2026"',
      'password eq "x"',
      '__proto__ pr',
      'constructor pr',
      'userName pr constructor active pr',
      'userName[type eq "x"]',
      'emails[emails[type eq "x"]]',
      'emails[type eq "x"',
      'emails[type eq "x"]]',
      'emails[type eq "x")',
      'emails[type eq "x"].value',
      'emails[type eq "x"].value and id pr',
      'emails.value.value pr',
      '(id pr',
      'id pr)',
      'id pr and',
      "id eq 'c'",
      'id eq "c"; DROP TABLE users',
    ])
      refused(filter);
  });

  it('is bounded in comparisons, and in those that look at every row', () => {
    const many = (length: number, one: string, by = ' or ') => Array.from({ length }, () => one).join(by);
    for (const filter of [
      many(20, 'id eq "c"'),
      many(20, 'not (id ne "c")'),
      many(20, 'active ne true'),
      many(20, 'meta.created gt "2026-02-01T00:00:00Z"'),
      `${many(3, 'userName co "x"')} or ${many(17, 'id eq "c"')}`,
      `${many(3, 'emails[type eq "home" and value eq "x"]')} or id eq "c"`,
    ])
      find(filter);
    for (const [filter, words] of [
      [many(21, 'id eq "c"'), 'more than 20 comparisons'],
      [`emails[${many(21, 'value eq "x"')}]`, 'more than 20 comparisons'],
      [many(4, 'userName co "x"'), 'more than 3'],
      [many(4, 'userName sw "x"', ' and '), 'more than 3'],
      [many(4, 'id gt "x"'), 'more than 3'],
      [many(4, 'id pr'), 'more than 3'],
      [many(4, 'id ne "c"'), 'more than 3'],
      [many(4, 'id eq null'), 'more than 3'],
      [`not (${many(4, 'id eq "c"')})`, 'more than 3'],
      [many(4, 'emails.value eq "x"'), 'more than 3'],
      [many(4, 'emails eq "x"'), 'more than 3'],
      [many(4, 'emails[value eq "x"]'), 'more than 3'],
      [`emails[${many(4, 'value co "x"')}]`, 'more than 3'],
      [`emails[not (${many(4, 'value eq "x"')})]`, 'more than 3'],
    ] as const)
      tooMuch('scim.tooMany', () => find(filter), words);
  });

  it('is bounded in length and depth, and ends', () => {
    find(`${'('.repeat(32)}id pr${')'.repeat(32)}`);
    for (const filter of [
      `id eq "${'x'.repeat(4096)}"`,
      `${'('.repeat(33)}id pr${')'.repeat(33)}`,
      '('.repeat(4000),
      `${'not '.repeat(1000)}id pr`,
      `"${'\\"'.repeat(2000)}`,
      `${'a.'.repeat(2000)} pr`,
      'id pr and '.repeat(400),
    ]) {
      refused(filter);
    }
  });
});
