import assert from 'node:assert/strict';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { presentUser } from '../../../../src/directory/scim/protocol/present.ts';
import { primaryEmail, readUser } from '../../../../src/directory/scim/protocol/user.ts';
import type { Email } from '../../../../src/directory/scim/protocol/user.ts';
import { refused } from './refused.ts';

const okta = {
  schemas: [urn.user],
  userName: 'Ann@Example.com',
  name: { givenName: 'Ann', familyName: 'Lee' },
  emails: [{ primary: true, value: 'Ann@Example.com', type: 'work' }],
  displayName: 'Ann Lee',
  locale: 'en-US',
  externalId: '00u1',
  groups: [],
  password: 'sJx83k',
  active: true,
};

describe('SCIM users, read', () => {
  it('with certificates in either alphabet of base64, and however long, by one look at each', () => {
    const read = (value: string) => readUser({ userName: 'a', x509Certificates: [{ value }] }, 'create');
    for (const value of ['MIIB+/8=', 'MIIB-_8=\n', 'MI IB\r\n+/8=', 'MIIB', ' '])
      assert.deepEqual(read(value).profile.x509Certificates, [{ value }]);
    for (const value of ['a+_', 'a=b', 'a===', 'ä', ...Array.from({ length: 500 }, () => `${' '.repeat(16_000)}!`)])
      refused('scim.invalidValue', () => read(value), 'base64');
  });

  it('as Okta creates them: columns, and the profile as it was sent', () => {
    assert.deepEqual(readUser(okta, 'create'), {
      userName: 'Ann@Example.com',
      externalId: '00u1',
      displayName: 'Ann Lee',
      active: true,
      profile: {
        name: { givenName: 'Ann', familyName: 'Lee' },
        emails: [{ value: 'Ann@Example.com', type: 'work', primary: true }],
        locale: 'en-US',
      },
    });
  });

  it('as Entra creates them: nulls, foreign schemas, the extension, text for true and false', () => {
    const user = readUser(
      {
        schemas: [urn.user, urn.enterprise, 'urn:example:other'],
        userName: 'bob',
        addresses: null,
        title: null,
        roles: [],
        meta: { resourceType: 'User' },
        name: { formatted: 'Bob', familyName: null },
        active: 'False',
        [urn.enterprise.toUpperCase()]: { Department: 'Sales', manager: [{ value: 'm1', displayName: 'Eve' }] },
      },
      'create',
    );
    assert.equal(user.active, false);
    assert.deepEqual(user.profile, {
      name: { formatted: 'Bob' },
      [urn.enterprise]: { department: 'Sales', manager: { value: 'm1' } },
    });
  });

  it('active when created without saying so, and unchanged when replaced', () => {
    assert.equal(readUser({ userName: 'a' }, 'create').active, true);
    assert.ok(!('active' in readUser({ userName: 'a' }, 'replace')));
  });

  it('without anything that is not the directory’s to say', () => {
    const body: unknown = JSON.parse(
      '{"USERNAME":"a","id":9007199254740993,"meta":{"version":1},"groups":[{"value":"g"}],"permissionTier":"Pro",' +
        '"epoch":1,"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},' +
        '"name":{"__proto__":{"admin":true},"givenName":"A"},"emails":[{"value":"a@b.c","__proto__":{"primary":true}}]}',
    );
    const user = readUser(body, 'replace');
    assert.deepEqual(user, {
      userName: 'a',
      externalId: null,
      displayName: null,
      profile: { name: { givenName: 'A' }, emails: [{ value: 'a@b.c' }] },
    });
    assert.equal(Reflect.get({}, 'admin'), undefined);
    assert.equal(Object.getPrototypeOf(user.profile.name), Object.prototype);
  });

  it('with the same e-mail once', () => {
    const emails = [
      { value: 'A@x.org', type: 'work' },
      { value: 'a@x.org', type: 'WORK', primary: true, display: 'A' },
      { value: 'a@x.org', type: 'home' },
      null,
      { value: '' },
      'b@x.org',
    ];
    assert.deepEqual(readUser({ userName: 'a', emails }, 'replace').profile.emails, [
      { value: 'A@x.org', type: 'work', primary: true, display: 'A' },
      { value: 'a@x.org', type: 'home' },
      { value: 'b@x.org' },
    ]);
  });

  it('or refused, by the name of the attribute', () => {
    const user = { userName: 'a' };
    for (const [body, words] of [
      [{}, 'userName'],
      [{ userName: ' ' }, 'userName'],
      [{ userName: 7 }, 'userName'],
      [{ userName: 'x'.repeat(321) }, 'userName'],
      [{ userName: 'a\0' }, 'userName'],
      [{ userName: '\ud800' }, 'userName'],
      [{ ...user, externalId: 1 }, 'externalId'],
      [{ ...user, active: 'yes' }, 'active'],
      [{ ...user, name: 'Ann' }, 'name'],
      [{ ...user, name: { givenName: {} } }, 'name.givenName'],
      [{ ...user, title: 'x'.repeat(1025) }, 'title'],
      [{ ...user, emails: [{ value: 1 }] }, 'emails.value'],
      [{ ...user, emails: [5] }, 'emails'],
      [{ ...user, emails: Array.from({ length: 51 }, (_, i) => ({ value: `${i}@x.org` })) }, 'emails'],
      [
        {
          ...user,
          emails: [
            { value: 'a', primary: true },
            { value: 'b', primary: 'True' },
          ],
        },
        'emails',
      ],
    ] as const)
      refused('scim.invalidValue', () => readUser(body, 'replace'), words);
    for (const body of [null, [], 'a', { userName: 'a', username: 'b' }, { ...user, schemas: [urn.group] }])
      refused('scim.invalidSyntax', () => readUser(body, 'create'));
  });
});

const of = (...emails: Email[]) => primaryEmail({ profile: { emails }, userName: 'u@acme.example' })?.value;

describe('the primary e-mail', () => {
  it('is the primary one, else that of work, else the first without a type, else the user name', () => {
    assert.equal(of({ value: 'a', type: 'work' }, { value: 'b', primary: true }), 'b');
    assert.equal(of({ value: 'a' }, { value: 'b', type: 'Work' }), 'b');
    assert.equal(of({ value: 'a' }, { value: 'b' }), 'a');
    assert.equal(of({ value: 'a', primary: false }, { value: 'b' }), 'b');
    assert.equal(of({ value: 'a', type: 'home' }, { value: 'b' }), 'b');
    assert.equal(of({ value: 'a', type: 'other' }, { value: 'b', primary: false }), undefined);
    assert.equal(primaryEmail({ profile: {}, userName: 'u' }), undefined);
    const emails = [
      { value: 'a', type: 'other' },
      { value: 'b', primary: false },
    ];
    assert.equal(primaryEmail({ profile: { emails }, userName: 'u' })?.value, 'a', 'a user name may be none');
  });
});

describe('SCIM users, shown', () => {
  const location = 'https://x/scim/v2/Users/u1';
  const about = { id: 'u1', createdAt: 0, lastModified: 1, location, version: 'W/"3"' };

  it('as what was read, with id and meta', () => {
    const stored = { ...readUser(okta, 'create'), active: false };
    const { groups: _groups, password: _password, ...kept } = okta;
    assert.deepEqual(presentUser(stored, { ...about, groups: [] }), {
      ...kept,
      active: false,
      id: 'u1',
      meta: {
        resourceType: 'User',
        created: '1970-01-01T00:00:00.000Z',
        lastModified: '1970-01-01T00:00:00.001Z',
        location,
        version: 'W/"3"',
      },
    });
  });

  it('with the extension’s schema when there is any of it, with groups, and read again as the same', () => {
    const stored = { ...readUser({ ...okta, [urn.enterprise]: { department: 'D' } }, 'create'), active: true };
    const shown = presentUser(stored, { ...about, groups: [{ value: 'g1', display: 'G' }] });
    assert.deepEqual(shown['schemas'], [urn.user, urn.enterprise]);
    assert.deepEqual(shown['groups'], [{ value: 'g1', display: 'G' }]);
    assert.deepEqual(readUser(shown, 'replace'), stored);
  });
});
