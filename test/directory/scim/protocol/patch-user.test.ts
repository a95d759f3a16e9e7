import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { userSchema } from '../../../../src/directory/scim/protocol/attributes.ts';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { maxUserOperations, patchUser } from '../../../../src/directory/scim/protocol/patch-user.ts';
import { createPaths, readPatch } from '../../../../src/directory/scim/protocol/patch.ts';
import { readUser, type UserInput } from '../../../../src/directory/scim/protocol/user.ts';
import { readValue } from '../../../../src/directory/scim/protocol/values.ts';
import { CarillonError } from '../../../../src/platform/errors/errors.ts';
import { refused } from './refused.ts';

const stored: UserInput = {
  userName: 'ann',
  externalId: 'e1',
  displayName: 'Ann',
  active: true,
  profile: {
    name: { givenName: 'Ann', familyName: 'Lee' },
    title: 'Dr.',
    emails: [
      { value: 'ann@work.org', type: 'work', primary: true },
      { value: 'ann@home.org', type: 'home' },
    ],
    [urn.enterprise]: { department: 'D' },
  },
};
const [work, home] = [
  { value: 'ann@work.org', type: 'work' },
  { value: 'ann@home.org', type: 'home' },
];

const patch = (...operations: unknown[]): UserInput =>
  patchUser(stored, readPatch({ schemas: [urn.patchOp], Operations: operations }));

const activation: [string, unknown][] = [
  ['Okta', { op: 'replace', value: { active: false } }],
  ['Okta, with more', { op: 'replace', value: { id: 'u1', active: false, meta: {}, groups: [] } }],
  ['Entra', { op: 'Replace', path: 'active', value: 'False' }],
  ['Entra, strict', { op: 'replace', path: 'active', value: false }],
  ['Entra, wrapped', { op: 'Replace', path: 'active', value: [{ $ref: null, value: 'False' }] }],
  ['an URN in the path', { op: 'replace', path: `${urn.user}:active`, value: false }],
  ['an URN in the value', { op: 'replace', value: { [`${urn.user}:active`]: false } }],
  ['an URN around it', { op: 'add', value: { [urn.user]: { active: false } } }],
  ['names in capitals', { OP: 'ADD', PATH: 'ACTIVE', VALUE: 'false' }],
];

describe('PATCH of a user', () => {
  for (const [who, operation] of activation)
    it(`suspends: ${who}`, () => assert.deepEqual(patch(operation), { ...stored, active: false }));

  it('sets, merges and removes single values, by path and without', () => {
    const user = patch(
      { op: 'replace', path: 'name.givenName', value: 'Anna' },
      { op: 'Add', path: `${urn.enterprise}:employeeNumber`, value: '7' },
      { op: 'add', path: `${urn.enterprise}:manager`, value: [{ value: 'm' }] },
      { op: 'remove', path: 'title' },
      { op: 'replace', value: { 'name.middleName': 'B', [`${urn.enterprise}:division`]: 'V', nickName: 'A' } },
      { op: 'replace', value: { [urn.enterprise]: { department: null, costCenter: 'C' }, displayName: null } },
    );
    assert.deepEqual(user, {
      ...stored,
      displayName: null,
      profile: {
        name: { givenName: 'Anna', familyName: 'Lee', middleName: 'B' },
        nickName: 'A',
        emails: stored.profile.emails,
        [urn.enterprise]: { employeeNumber: '7', manager: { value: 'm' }, division: 'V', costCenter: 'C' },
      },
    });
  });

  const manager: [string, unknown, unknown][] = [
    [
      'Entra, a list of one',
      { op: 'Add', path: `${urn.enterprise}:manager`, value: [{ $ref: '../Users/m', value: 'm' }] },
      'm',
    ],
    ['a bare id', { op: 'Replace', path: `${urn.enterprise}:manager`, value: 'm' }, 'm'],
    ['an object', { op: 'add', path: `${urn.enterprise}:manager`, value: { value: 'm', displayName: 'M' } }, 'm'],
    ['its value alone', { op: 'add', path: `${urn.enterprise}:manager.value`, value: 'm' }, 'm'],
    ['a qualified key', { op: 'add', value: { [`${urn.enterprise}:manager`]: 'm' } }, 'm'],
    ['a qualified and dotted key', { op: 'add', value: { [`${urn.enterprise}:manager.value`]: 'm' } }, 'm'],
    ['within the extension', { op: 'add', value: { [urn.enterprise]: { manager: [{ value: 'm' }] } } }, 'm'],
    ['within the extension’s path', { op: 'add', path: urn.enterprise, value: { manager: 'm' } }, 'm'],
    ['a bare name', { op: 'Add', path: 'manager', value: [{ $ref: '../Users/m', value: 'm' }] }, 'm'],
    ['a bare and dotted name', { op: 'Replace', path: 'Manager.value', value: 'm' }, 'm'],
    ['a bare key', { op: 'Add', value: { manager: { value: 'm' }, department: 'D2' } }, 'm'],
    ['a bare and dotted key', { op: 'Add', value: { 'manager.value': 'm' } }, 'm'],
    ['capitals', { op: 'ADD', path: `${urn.enterprise}:manager`.toUpperCase(), value: 'm' }, 'm'],
    ['nothing yet, removed', { op: 'Remove', path: `${urn.enterprise}:manager` }, undefined],
  ];
  for (const [how, operation, value] of manager)
    it(`of a manager: ${how}`, () => assert.equal(patch(operation).profile[urn.enterprise]?.manager?.value, value));

  it('takes a manager away in every form', () => {
    const path = `${urn.enterprise}:manager`;
    const managed = patch({ op: 'add', path, value: 'm' });
    for (const operation of [
      { op: 'Remove', path },
      { op: 'remove', path: `${path}.value` },
      { op: 'Remove', path, value: [{ value: 'm' }] },
      { op: 'replace', path, value: null },
      { op: 'replace', path, value: '' },
      { op: 'Replace', path, value: [] },
      { op: 'Replace', path, value: [{ value: '' }] },
      { op: 'replace', path, value: { value: null } },
      { op: 'replace', value: { [path]: null } },
      { op: 'replace', value: { [urn.enterprise]: { manager: null } } },
      { op: 'replace', value: { [urn.enterprise]: { manager: { value: null } } } },
    ])
      assert.deepEqual(patchUser(managed, readPatch({ Operations: [operation] })), stored, JSON.stringify(operation));
  });

  it('takes wrapped values for the parts of an element', () => {
    const wrapped = [{ $ref: null, value: 'new@work.org' }];
    const { emails: changed } = patch({ op: 'Replace', path: 'emails[type eq "work"].value', value: wrapped }).profile;
    assert.deepEqual(changed, [{ ...work, value: 'new@work.org', primary: true }, home]);
    const whole = patch({ op: 'Add', path: 'phoneNumbers[type eq "mobile"]', value: wrapped }).profile;
    assert.deepEqual(whole.phoneNumbers, [{ value: 'new@work.org', type: 'mobile' }]);
  });

  it('replaces an element whole that a filter chooses, but for what the filter says of it', () => {
    const old = { type: 'work', streetAddress: 'Old 1', locality: 'Lund', country: 'SE' };
    const housed = { ...stored, profile: { ...stored.profile, addresses: [old, { type: 'home', locality: 'Ystad' }] } };
    const addressesBy = (operation: object) =>
      patchUser(housed, readPatch({ Operations: [operation] })).profile.addresses;
    const path = 'addresses[type eq "WORK"]';
    const value = { streetAddress: 'New 2' };
    assert.deepEqual(addressesBy({ op: 'replace', path, value }), [
      { type: 'work', streetAddress: 'New 2' },
      { type: 'home', locality: 'Ystad' },
    ]);
    assert.deepEqual(addressesBy({ op: 'add', path, value })?.[0], { ...old, ...value });
    const chosen = 'addresses[type eq "work" and country eq "SE"]';
    assert.deepEqual(addressesBy({ op: 'replace', path: chosen, value })?.[0], {
      type: 'work',
      country: 'SE',
      ...value,
    });
    const either = 'addresses[type eq "work" or country eq "SE"]';
    assert.deepEqual(addressesBy({ op: 'replace', path: either, value })?.[0], value);
  });

  it('changes nothing by adding what is there, also when it is spelt otherwise', () => {
    for (const operation of [
      { op: 'add', path: 'emails', value: [{ value: 'Ann@HOME.org', type: 'HOME' }] },
      { op: 'add', path: 'emails', value: { value: 'ann@work.org', type: 'work', primary: true } },
      { op: 'add', path: 'emails[type eq "work"].value', value: 'ann@work.org' },
      { op: 'add', value: { emails: [{ value: 'ann@home.org', type: 'home' }], title: 'Dr.', active: 'True' } },
      { op: 'add', path: 'name', value: { givenName: 'Ann' } },
      { op: 'replace', path: `${urn.enterprise}:department`, value: 'D' },
    ])
      assert.deepEqual(patch(operation), stored, JSON.stringify(operation));
  });

  it('leaves no empty object behind', () => {
    const user = patch(
      { op: 'remove', path: `${urn.enterprise}:department` },
      { op: 'remove', path: 'name.givenName' },
      { op: 'replace', path: 'name', value: { familyName: null } },
      { op: 'replace', path: `${urn.enterprise}:manager`, value: '' },
    );
    assert.ok(!('name' in user.profile) && !(urn.enterprise in user.profile));
  });

  const emails: [string, unknown, unknown][] = [
    [
      'replaces the value of one',
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'new@work.org' },
      [{ ...work, value: 'new@work.org', primary: true }, home],
    ],
    [
      'does so without a path',
      { op: 'replace', value: { 'emails[type eq "work"].value': 'new@work.org' } },
      [{ ...work, value: 'new@work.org', primary: true }, home],
    ],
    [
      'makes the one that is missing',
      { op: 'Replace', path: 'emails[type eq "other"].value', value: 'o@x.org' },
      [{ ...work, primary: true }, home, { value: 'o@x.org', type: 'other' }],
    ],
    [
      'makes the primary one',
      { op: 'add', path: 'emails[type eq "other" and primary eq true]', value: { value: 'o@x.org' } },
      [work, home, { value: 'o@x.org', type: 'other', primary: true }],
    ],
    [
      'moves primary',
      { op: 'replace', path: 'emails[type eq "home"].primary', value: 'True' },
      [work, { ...home, primary: true }],
    ],
    [
      'moves primary by adding',
      { op: 'add', path: 'emails', value: [{ value: 'n@x.org', primary: true }] },
      [work, home, { value: 'n@x.org', primary: true }],
    ],
    [
      'adds nothing twice',
      { op: 'add', path: 'emails', value: [{ value: 'ANN@home.org', type: 'home' }] },
      [{ ...work, primary: true }, home],
    ],
    ['replaces all', { op: 'replace', path: 'emails', value: [{ value: 'z@x.org' }] }, [{ value: 'z@x.org' }]],
    [
      'replaces all, without a path',
      { op: 'replace', value: { emails: { value: 'z@x.org' } } },
      [{ value: 'z@x.org' }],
    ],
    ['removes by a filter', { op: 'remove', path: 'emails[value ew "HOME.org"]' }, [{ ...work, primary: true }]],
    ['removes by not', { op: 'remove', path: 'emails[not (primary eq true)]' }, [{ ...work, primary: true }]],
    ['removes a value, and so the element', { op: 'remove', path: 'emails[type eq "work"].value' }, [home]],
    ['removes what a list names', { op: 'remove', path: 'emails', value: [{ value: 'ann@work.org' }] }, [home]],
    ['removes nothing unmatched', { op: 'remove', path: 'emails[type eq "x"]' }, [{ ...work, primary: true }, home]],
    ['removes all', { op: 'remove', path: 'emails' }, undefined],
    ['removes all by null', { op: 'replace', value: { emails: null } }, undefined],
  ];
  for (const [what, operation, expected] of emails)
    it(`of e-mails: ${what}`, () => assert.deepEqual(patch(operation).profile.emails, expected));

  it('keeps what is said of an element before its value is', () => {
    const { profile } = patch(
      { op: 'Add', path: 'roles[primary eq "True"].display', value: 'Seller' },
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'seller' },
      { op: 'Add', path: 'roles[primary eq "True"].type', value: 'desk' },
      {
        op: 'replace',
        value: { 'phoneNumbers[type eq "fax"].display': 'Fax', 'phoneNumbers[type eq "fax"].value': '1' },
      },
      { op: 'Add', path: 'emails[type eq "other"].primary', value: 'True' },
      { op: 'Add', path: 'emails[type eq "other"].value', value: 'ann@other.org' },
    );
    assert.deepEqual(profile.roles, [{ value: 'seller', display: 'Seller', type: 'desk', primary: true }]);
    assert.deepEqual(profile.phoneNumbers, [{ value: '1', display: 'Fax', type: 'fax' }]);
    assert.deepEqual(profile.emails, [work, home, { value: 'ann@other.org', type: 'other', primary: true }]);
  });

  it('makes nothing of an element that never gets a value, which takes no other’s place either', () => {
    const { profile } = patch(
      { op: 'replace', path: 'emails[type eq "other"].primary', value: true },
      { op: 'replace', path: 'phoneNumbers[type eq "fax"].display', value: 'Fax' },
    );
    assert.deepEqual(profile, stored.profile);
  });

  it('keeps who is primary when two have become the same, and another is added', () => {
    const { profile } = patch(
      { op: 'replace', path: 'emails[value ew "org"].value', value: 'ann@new.org' },
      { op: 'replace', path: 'emails[type eq "home"].type', value: 'work' },
      { op: 'add', path: 'emails', value: [{ value: 'ann@other.org', type: 'other' }] },
    );
    assert.deepEqual(profile.emails, [
      { value: 'ann@new.org', type: 'work', primary: true },
      { value: 'ann@other.org', type: 'other' },
    ]);
  });

  it('makes an address by its type', () => {
    const { addresses } = patch({ op: 'add', path: 'addresses[type eq "work"].locality', value: 'Bonn' }).profile;
    assert.deepEqual(addresses, [{ type: 'work', locality: 'Bonn' }]);
  });

  it('ignores what is not stored, and unknown names without a path', () => {
    const user = patch(
      {
        op: 'replace',
        value: { password: 'x', id: 'u2', 'urn:x:y': 1, nonsense: {}, schemas: [], permissionTier: 'Pro' },
      },
      { op: 'replace', path: 'password', value: 'x' },
      { op: 'add', value: { title: null } },
      { op: 'add', path: 'emails', value: null },
    );
    assert.deepEqual(user, stored);
  });

  it('is refused as a whole, and never changes what it was given', () => {
    const before = structuredClone(stored);
    const good = { op: 'replace', path: 'name.givenName', value: 'X' };
    for (const [code, operation] of [
      ['scim.invalidPath', { op: 'replace', path: 'nonsense', value: 1 }],
      ['scim.invalidPath', { op: 'add', path: '__proto__.x', value: 1 }],
      ['scim.invalidPath', { op: 'add', path: 'constructor.prototype.x', value: 1 }],
      ['scim.invalidPath', { op: 'add', path: 'name.__proto__', value: 1 }],
      ['scim.invalidPath', { op: 'add', path: 'emails[type eq "work"].__proto__', value: 1 }],
      ['scim.invalidPath', { op: 'add', path: 'name[givenName eq "Ann"].familyName', value: 'x' }],
      ['scim.invalidPath', { op: 'add', path: 'userName.value', value: 'x' }],
      ['scim.invalidPath', { op: 'add', path: 'x'.repeat(1025), value: 'x' }],
      ['scim.invalidPath', { op: 'add', path: 5, value: 'x' }],
      ['scim.invalidFilter', { op: 'remove', path: 'emails[__proto__ pr]' }],
      ['scim.invalidFilter', { op: 'remove', path: 'emails[type eq]' }],
      ['scim.invalidFilter', { op: 'remove', path: 'emails[type eq "a"].x[value eq "b"]' }],
      ['scim.mutability', { op: 'replace', path: 'id', value: 'x' }],
      ['scim.mutability', { op: 'add', path: 'groups', value: [] }],
      ['scim.mutability', { op: 'remove', path: 'userName' }],
      ['scim.noTarget', { op: 'remove' }],
      ['scim.noTarget', { op: 'replace', path: 'emails[value eq "no"].display', value: 'x' }],
      ['scim.invalidValue', { op: 'replace', path: 'userName', value: '' }],
      ['scim.invalidValue', { op: 'replace', path: 'active' }],
      ['scim.invalidValue', { op: 'replace', path: 'active', value: 'perhaps' }],
      ['scim.invalidValue', { op: 'replace', path: 'emails.primary', value: true }],
      ['scim.invalidSyntax', { op: 'replace', value: false }],
      ['scim.invalidSyntax', { op: 'move', path: 'title' }],
      ['scim.invalidSyntax', null],
    ] as const)
      refused(code, () => patch(good, operation));
    patch(good, { op: 'replace', path: 'emails[type eq "work"].value', value: 'x@y.z' });
    assert.deepEqual(stored, before);
  });

  it('is bounded', () => {
    refused('scim.invalidSyntax', () => readPatch({ Operations: [] }));
    refused('scim.invalidSyntax', () =>
      readPatch({ schemas: [urn.user], Operations: [{ op: 'remove', path: 'title' }] }),
    );
    const operations = Array.from({ length: 1001 }, () => ({ op: 'remove', path: 'title' }));
    assert.equal(readPatch({ operations: operations.slice(1) }).length, 1000);
    refused('scim.tooLarge', () => readPatch({ operations }), '1000');
    refused('scim.tooLarge', () => readPatch({ operations: operations.slice(0, 101) }, maxUserOperations), '100');
    const names = (length: number) => Object.fromEntries(Array.from({ length }, (_, i) => [`x${i}`, i]));
    const value = (length: number) => ({ operations: [{ op: 'replace', value: names(length) }] });
    assert.equal(readPatch(value(200), maxUserOperations).length, 1);
    refused('scim.tooLarge', () => readPatch(value(201), maxUserOperations), '200 names');
    const within = { operations: [{ op: 'replace', value: { [urn.user]: names(201) } }] };
    refused('scim.tooLarge', () => readPatch(within, maxUserOperations), '200 names');
  });

  it('has at most 20 comparisons in a path, and 50 elements in a list at any time', () => {
    const path = (length: number) => `emails[${Array.from({ length }, (_, i) => `type eq "${i}"`).join(' or ')}]`;
    patch({ op: 'remove', path: path(20) });
    refused('scim.tooMany', () => patch({ op: 'remove', path: path(21) }), '20 comparisons');
    const add = (from: number) => ({
      op: 'add',
      path: 'phoneNumbers',
      value: Array.from({ length: 30 }, (_, i) => ({ value: `+49 ${from + i}` })),
    });
    patch(add(0), add(0));
    refused('scim.invalidValue', () => patch(add(0), add(30), { op: 'remove', path: 'phoneNumbers' }), '50');
  });

  it('holds lists to their rules as a whole, when all is done', () => {
    const rename = (from: string, to: string) => ({ op: 'replace', path: `emails[type eq "${from}"].type`, value: to });
    const twins = [{ op: 'replace', path: 'emails.value', value: 'one@x.org' }, rename('home', 'work')];
    assert.equal(patch(...twins).profile.emails?.length, 1);
    assert.equal(patch(...twins.slice(0, 1)).profile.emails?.length, 2);
  });

  it('leaves no profile above 64 kB, unless it was so and does not grow', () => {
    const text = 'x'.repeat(1024);
    const addresses = (length: number) =>
      Array.from({ length }, (_, i) => ({ type: `t${i}`, formatted: text, locality: text }));
    const add = (length: number) => ({ op: 'add', path: 'addresses', value: addresses(length) });
    patch(add(30));
    refused('scim.invalidValue', () => patch(add(32)), '65536 bytes');
    refused('scim.invalidValue', () => readUser({ userName: 'a', addresses: addresses(32) }, 'create'), '65536 bytes');
    const big = { ...stored, profile: { ...stored.profile, addresses: addresses(40) } };
    assert.equal(
      patchUser(big, readPatch({ operations: [{ op: 'replace', path: 'active', value: false }] })).active,
      false,
    );
  });

  it('tells values apart by their case where that matters', () => {
    const plain = userSchema.attributes.get('emails')!;
    const exact = { ...plain, sub: new Map(plain.sub).set('value', { ...plain.sub.get('value')!, caseExact: true }) };
    const two = [{ value: 'MIIB' }, { value: 'miib' }];
    assert.deepEqual(readValue(exact, two), two);
    assert.deepEqual(readValue(plain, two), two.slice(0, 1));
  });

  it('reads a path once for all operations', () => {
    const [first, second] = [createPaths(userSchema), createPaths(userSchema)];
    assert.equal(first('emails[type eq "work"].value'), first('emails[type eq "work"].value'));
    assert.notEqual(first('title'), second('title'));
  });

  it('gives a user or a refusal for any operations, and leaves prototypes alone', () => {
    const name = fc.constantFrom(
      'emails',
      'name',
      'active',
      '__proto__',
      'constructor',
      urn.enterprise,
      'addresses',
      'x',
    );
    const tail = fc.constantFrom(
      '',
      '.value',
      '.givenName',
      '[type eq "work"]',
      '[primary eq true].value',
      ':manager',
      '[',
    );
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('True', { value: 'a' }, [{ value: 'b', primary: true }], { __proto__: null, active: false }),
    );
    const operation = fc.record(
      {
        op: fc.constantFrom('add', 'Replace', 'remove'),
        path: fc.tuple(name, tail).map((parts) => parts.join('')),
        value: fc.oneof(value, fc.dictionary(name, value)),
      },
      { requiredKeys: ['op'] },
    );
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 4 }), (operations) => {
        try {
          const user = patch(...operations);
          assert.deepEqual(JSON.parse(JSON.stringify(user)), user);
          assert.ok((user.profile.emails ?? []).filter((email) => email.primary).length < 2);
        } catch (error) {
          if (!(error instanceof CarillonError)) throw error;
        }
        assert.equal(Object.keys(Object.prototype).length, 0);
      }),
      { numRuns: 3000, seed: 17 },
    );
  });
});
