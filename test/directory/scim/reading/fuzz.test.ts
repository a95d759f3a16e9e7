import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { groupSchema, userSchema } from '../../../../src/directory/scim/protocol/attributes.ts';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { testFolder } from '../../../support/folder.ts';
import { errorSchema, type Reply, type Request, type Served, serveScim } from '../support.ts';
import { filterTexts } from './filter-texts.ts';
import { populate } from './people.ts';

/** Cases on each engine: a few thousand each run, and what FUZZ_CASES says in the nightly one. */
const cases = Number(process.env['FUZZ_CASES'] ?? 2_000);
/** Another one each night finds more; it is told when something fails. */
const seed = Number(process.env['FUZZ_SEED'] ?? (process.env['FUZZ_CASES'] ? Date.now() % 2 ** 31 : 4));
/** Requests under way at once. */
const together = 8;

const marks = ['(', ')', '[', ']', '.', '"', "'", '\\', '\\u0000', '\\ud800', ' ', '\t', '\n', '%00', '\0', 'ü', '𝔈'];
const words = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr', 'and', 'or', 'not', 'not (', 'EQ', 'aNd'];
const values = [
  'true',
  'False',
  'null',
  '1',
  '-0',
  '1e999',
  '0x1',
  '9007199254740993',
  '""',
  '"a"',
  '"%"',
  '"2026-01-01"',
];
const names = [
  'userName',
  'emails[',
  '].value',
  'active',
  'meta',
  'meta.created',
  'name.',
  '$ref',
  'manager',
  'groups',
];
const traps = [
  '__proto__',
  'constructor',
  'toString',
  'password',
  'u."id"',
  '--',
  ';',
  "' OR 1=1",
  '/*',
  '$1',
  '?',
  '::text',
];
const long = [
  urn.user,
  `${urn.user}:`,
  `${urn.enterprise}:manager`,
  `${urn.enterprise}:`,
  'urn:',
  ':',
  'x'.repeat(500),
];
const pieces = [marks, words, values, names, traps, long].flat();

/** A filter by the grammar, with some of it cut out, doubled, or in the place of something else. */
const nearMiss = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(texts, fc.nat(), fc.nat(6), fc.constantFrom('', ...pieces), fc.boolean())
    .map(([text, at, length, piece, isCut]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + piece + text.slice(place + (isCut ? length : 0));
    });

const noise = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((parts) => parts.join(' ')),
  fc.array(fc.constantFrom(...pieces), { maxLength: 25 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

describeOnEachEngine('SCIM filters, thrown at the server', () => {
  let served: Served;
  const log = join(testFolder(), 'carillon.log');
  before(async () => {
    served = await serveScim({ scimRate: 1_000_000, logFile: log, logLevel: 'error' });
  });
  after(() => served.stop());

  it('security check 20: are answered, or refused for what is wrong with them', async function () {
    this.timeout(60_000 + cases * 60);
    const { users, groups } = await populate(served.scim);
    const all = { user: [...users.values()], group: [...groups.values()] };
    const ofUsers = fc.oneof(filterTexts(userSchema, all.user), filterTexts(userSchema, all.user, 1));
    const ofGroups = fc.oneof(filterTexts(groupSchema, all.group), filterTexts(groupSchema, all.group, 1));
    const wrong = fc.oneof(nearMiss(ofUsers), nearMiss(nearMiss(ofGroups)), noise);
    const paths = ['/Users', '/Groups', '/', ''];
    const question = fc.oneof(
      { weight: 3, arbitrary: fc.record({ filter: ofUsers, path: fc.constantFrom('/Users', '/') }) },
      { weight: 2, arbitrary: fc.record({ filter: ofGroups, path: fc.constantFrom('/Groups', '') }) },
      { weight: 5, arbitrary: fc.record({ filter: wrong, path: fc.constantFrom(...paths) }) },
    );
    const name = fc.constantFrom('userName', 'emails', 'emails.type', 'name.familyName', 'meta.created', ...pieces);
    const rest = fc.record(
      {
        sortBy: name,
        sortOrder: fc.constantFrom('ascending', 'descending', 'Descending', 'up'),
        startIndex: fc.constantFrom('1', '0', '-1', '3', '999999999', 'x', '1e3'),
        count: fc.constantFrom('1', '0', '-1', '2', '999999999', 'x'),
        cursor: fc.constantFrom('', 'x', 's1.a.b', '..', '\0'),
        attributes: name,
        excludedAttributes: name,
      },
      { requiredKeys: [] },
    );
    const asked = fc
      .tuple(
        question,
        fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: rest }),
        fc.boolean(),
      )
      .map(([about, more, isSearch]): Asked => ({ ...about, rest: more, isSearch }));
    const requests = fc.sample(asked, { numRuns: cases, seed });
    let found = 0;
    for (let i = 0; i < requests.length; i += together)
      for (const isFound of await Promise.all(requests.slice(i, i + together).map((each) => answered(each))))
        found += isFound ? 1 : 0;
    assert.ok(found > cases / 6 && found < cases, `${found} of ${cases} are answered`);
    const lines = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
    assert.deepEqual(
      lines.filter((line) => line && !line.includes('database.away')),
      [],
      `seed ${seed}`,
    );
  });

  /** @returns whether it was answered with what was found */
  async function answered(asked: Asked): Promise<boolean> {
    const reply = await patiently(() => served.scim.send(requestOf(asked)));
    const told = `seed ${seed}: ${JSON.stringify(asked)}`;
    if (reply.status === 200) assert.ok(Array.isArray(reply.body.Resources), told);
    else refused(reply, told);
    return reply.status === 200;
  }
});

/** A busy machine may starve a database for half a second, which is 503; a filter that is the cause of it stays so. */
async function patiently(ask: () => Promise<Reply>): Promise<Reply> {
  const reply = await ask();
  if (reply.status !== 503) return reply;
  const again = await ask();
  return again.status === 503 ? ask() : again;
}

interface Asked {
  filter: string;
  rest: Record<string, string | undefined>;
  path: string;
  isSearch: boolean;
}

function requestOf({ filter, rest, path, isSearch }: Asked): Request {
  const parameters = { filter, ...rest };
  if (isSearch) return { method: 'POST', path: `${path.replace(/\/$/, '')}/.search`, body: parameters };
  // Half a character cannot stand in an address.
  return { method: 'GET', path: `${path}?${String(new URLSearchParams(parameters as Record<string, string>))}` };
}

const types = ['invalidFilter', 'tooMany', 'invalidValue', 'invalidCursor', 'invalidCount', 'invalidSyntax'];

function refused(reply: Reply, told: string): void {
  assert.equal(reply.status, 400, `${told} ${reply.text}`);
  const scimType = String(reply.body['scimType']);
  assert.ok(types.includes(scimType), `${told} ${reply.text}`);
  assert.deepEqual([reply.body['schemas'], reply.body['status']], [[errorSchema], '400'], told);
  // What was sent may be quoted in it, and may read like anything.
  const own = reply.body.detail.replace(/".*"/s, '');
  assert.doesNotMatch(own, /SQLITE|Error:|node:|\.ts\b|syntax error/, told);
}
