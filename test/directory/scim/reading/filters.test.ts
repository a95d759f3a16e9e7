import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { groupSchema, type ResourceSchema, userSchema } from '../../../../src/directory/scim/protocol/attributes.ts';
import { fits } from '../../../../src/directory/scim/protocol/filter-match.ts';
import { parseFilter } from '../../../../src/directory/scim/protocol/filter-tree.ts';
import { compileFilter } from '../../../../src/directory/scim/protocol/filter.ts';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { storedGroup } from '../../../../src/directory/scim/groups/filter.ts';
import { storedUser } from '../../../../src/directory/scim/users/filter.ts';
import { engineOf, rows } from '../../../../src/platform/database/run.ts';
import { sql } from '../../../../src/platform/database/sql.ts';
import { describeOnEachEngine } from '../../../support/engines.ts';
import { assertRefused, type Resource, type Served, serveScim } from '../support.ts';
import { filterTexts } from './filter-texts.ts';
import { populate, type Population } from './people.ts';

const query = (path: string, filter: string): string => `${path}?filter=${encodeURIComponent(filter)}`;

describeOnEachEngine('SCIM filters', () => {
  let served: Served;
  let known: Population;
  before(async () => {
    served = await serveScim({ scimRate: 1_000_000 });
    known = await populate(served.scim);
  });
  after(() => served.stop());

  const idOf = (name: string): string => (known.users.get(name) ?? known.groups.get(name))!.id;
  const filled = (filter: string): string => filter.replace(/\{([^}]+)\}/g, (_, name: string) => idOf(name));
  /** Names of whom a filter finds, in the order in which they came. */
  async function find(path: '/Users' | '/Groups', filter: string): Promise<string[]> {
    const reply = await served.scim.get(query(path, filled(filter)));
    assert.equal(reply.status, 200, `${filter}: ${reply.text}`);
    return reply.body.Resources.map((each) => String(each['userName'] ?? each['displayName']).split('@')[0]!);
  }

  const [work, home] = ['emails[type eq "work"]', 'emails[type eq "home"]'];
  const users: [string, string[]][] = [
    // what Okta and Entra send
    ['userName eq "ANN@acme.EXAMPLE"', ['ann']],
    ['userName eq ann@acme.example', ['ann']],
    ['externalId eq "00uA"', ['ann']],
    ['externalId eq 00ua', ['bob']],
    [`${work}.value eq "ANN@ACME.example"`, ['ann']],
    [`${work}.value eq "ann@home.example"`, []],
    ['id eq "{ann}" and manager eq "{bob}"', ['ann']],
    ['id eq "{ann}" and manager eq "{cy}"', []],
    [`${urn.enterprise}:manager eq "{bob}"`, ['ann']],
    [`${urn.enterprise}:employeeNumber eq 0701984`, ['ann']],
    // text, by caseExact
    ['displayName eq "BOB"', ['bob']],
    ['displayName co "Ä_100%"', ['ann']],
    ['displayName co "%"', ['ann']],
    ['displayName sw "a \\"QUOTED\\" \\\\"', ['dee']],
    ['name.familyName eq "mÜLLER"', ['ann']],
    ['name.familyName gt "zz"', ['𝔈ve']],
    ['displayName gt "\\uffee"', []],
    ['title ew "100%"', ['ann']],
    ['title ne "work"', ['bob', 'ann', 'dee', '𝔈ve']],
    ['title pr', ['ann', 'cy']],
    ['not (title pr)', ['bob', 'dee', '𝔈ve']],
    ['title eq null', ['bob', 'dee', '𝔈ve']],
    ['userType eq "EMPLOYEE"', ['ann', 'cy']],
    ['profileUrl sw "https://Acme"', ['ann']],
    ['profileUrl sw "https://acme"', []],
    ['photos.value ew "/Ann.png"', ['ann']],
    ['photos[value co "ann" and type eq "Thumbnail"]', ['dee']],
    ['x509Certificates.value eq "TUlJQg=="', ['ann']],
    ['x509Certificates.value eq "tuLJqg=="', []],
    ['x509Certificates[value sw "TU" and display eq "SIGNING"]', ['ann']],
    // several values
    ['emails pr', ['bob', 'ann', 'dee']],
    ['emails eq "x"', ['dee']],
    ['emails co "home"', ['bob', 'ann', 'dee']],
    [home, ['ann', 'dee']],
    ['emails[type eq "home" and value co "HOME"]', ['ann']],
    ['emails.type eq "home" and emails.value co "home"', ['ann', 'dee']],
    ['emails[not (type eq "home")]', ['bob', 'ann', 'dee']],
    [`not (${home})`, ['bob', 'cy', '𝔈ve']],
    ['emails[primary eq false]', ['bob', 'ann', 'dee']],
    ['emails[primary eq "True"]', ['ann', 'dee']],
    ['emails.primary pr', ['ann', 'dee']],
    ['emails[type eq null]', ['bob']],
    ['emails.type eq null', ['bob', 'cy', '𝔈ve']],
    ['roles eq "READER"', ['ann', '𝔈ve']],
    ['roles[value eq "reader" and type pr]', ['𝔈ve']],
    ['ims[type eq "xmpp" and value co "an"]', ['ann']],
    ['addresses.locality eq "köln"', ['dee']],
    ['addresses[type eq "work" and locality eq "Bonn"] or entitlements.type eq "x"', ['bob']],
    ['phoneNumbers.value sw "+49"', ['ann']],
    // what is derived
    ['active eq false', ['bob']],
    ['active eq "True"', ['ann', 'cy', 'dee', '𝔈ve']],
    ['groups.value eq "{Pro Ä}"', ['bob', 'ann']],
    ['groups[display eq "BASIC"]', ['ann', '𝔈ve']],
    ['groups.$ref ew "/Groups/{basic}"', ['ann', '𝔈ve']],
    ['not (groups pr)', ['dee']],
    ['manager.displayName eq "bob"', ['ann']],
    ['manager.$ref pr', ['ann']],
    ['manager pr', ['ann', 'dee']],
    ['manager.displayName eq null', ['bob', 'cy', 'dee', '𝔈ve']],
    [`${urn.enterprise} pr`, ['ann', 'dee']],
    [`schemas eq "${urn.enterprise}"`, ['ann', 'dee']],
    [`schemas eq "${urn.user}"`, ['bob', 'ann', 'cy', 'dee', '𝔈ve']],
    ['meta.resourceType eq "User" and meta.location ew "{cy}"', ['cy']],
    ['meta.resourceType eq "user"', []],
    [
      'meta.created gt "2011-05-13T04:42:34Z" and meta.lastModified lt "9999-01-01T00:00:00.5+14:00"',
      ['bob', 'ann', 'cy', 'dee', '𝔈ve'],
    ],
    ['meta.created le 2011-05-13T04:42:34-12:00', []],
    ['name[givenName eq "Ann" and not (familyName eq "x")]', ['ann']],
    ['not (name[givenName eq "Ann"])', ['bob', 'cy', 'dee', '𝔈ve']],
    // order of and, or, not
    ['title eq "work" or externalId eq "00uA" and active eq false', ['cy']],
    ['(title eq "work" or externalId eq "00uA") and active eq true', ['ann', 'cy']],
    ['not (title eq "work" or not (active eq true))', ['ann', 'dee', '𝔈ve']],
  ];
  for (const [filter, found] of users)
    it(`${filter} of people`, async () => assert.deepEqual(await find('/Users', filter), found));

  const groups: [string, string[]][] = [
    ['displayName eq "pro ä"', ['Pro Ä']],
    ['externalId eq "G1"', ['Pro Ä']],
    ['externalId eq "g1"', []],
    ['id eq "{Pro Ä}" and members eq "{ann}"', ['Pro Ä']],
    ['id eq "{Pro Ä}" and members eq "{cy}"', []],
    ['members[value eq "{ann}"]', ['Pro Ä', 'basic']],
    ['members.type eq "group"', ['All']],
    ['members[type eq "User" and display sw "𝔈"]', ['basic']],
    ['members.display eq "pro ä"', ['All']],
    ['members.$ref ew "/Users/{cy}"', ['All']],
    ['not (members pr)', ['Empty']],
    ['meta.resourceType eq Group and not (members.type eq "User")', ['Empty']],
    [`schemas sw "${urn.group}"`, ['Pro Ä', 'basic', 'All', 'Empty']],
  ];
  for (const [filter, found] of groups)
    it(`${filter} of groups`, async () => assert.deepEqual(await find('/Groups', filter), found));

  it('refuse what has no place in them', async () => {
    for (const filter of ['members pr', 'userName co', 'meta.version pr', 'password pr'])
      assertRefused(await served.scim.get(query('/Users', filter)), 400, 'invalidFilter');
    assertRefused(await served.scim.get(query('/Groups', 'userName pr')), 400, 'invalidFilter');
  });

  /** The same question to the database, and to the resources as they were answered. */
  async function agree(text: string, schema: ResourceSchema, resources: Iterable<Resource>): Promise<void> {
    const { ground } = served.house;
    const { scope } = served.acme;
    const on = ground.db.read;
    const asking = { engine: engineOf(on), base: `${ground.config.publicUrl}/scim/v2`, scope };
    const unbounded = { comparisons: Infinity, scans: Infinity };
    const isUser = schema === userSchema;
    const { condition: where } = compileFilter(text, isUser ? storedUser(asking) : storedGroup(asking), unbounded);
    const found = await rows<{ id: string }>(
      on,
      isUser
        ? sql`SELECT u."id" FROM "users" u WHERE u."connectionId" = ${scope.connectionId} AND ${where} ORDER BY u."id"`
        : sql`SELECT g."id" FROM "directory_groups" g WHERE ${where} ORDER BY g."id"`,
    );
    const tree = parseFilter(text);
    const expected = [...resources].filter((each) => fits(tree, schema, each)).map(({ id }) => id);
    assert.deepEqual(
      found.map(({ id }) => id),
      expected.toSorted(),
      text,
    );
  }

  it('find in the database what they mean of the answers, whatever they ask', async function () {
    this.timeout(120_000);
    const cases = [
      [userSchema, known.users, 1500],
      [groupSchema, known.groups, 400],
    ] as const;
    for (const [schema, resources, numRuns] of cases)
      await fc.assert(
        fc.asyncProperty(filterTexts(schema, [...resources.values()]), (text) =>
          agree(text, schema, resources.values()),
        ),
        { numRuns, seed: 20 },
      );
  });
});
