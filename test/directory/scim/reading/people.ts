import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { created, type Resource, type Scim } from '../support.ts';

/** What is pushed for tests of reading: people who differ in every attribute, and groups of them. */
export interface Population {
  /** Whole resources as they are answered, by the first part of the userName, or by displayName. */
  users: Map<string, Resource>;
  groups: Map<string, Resource>;
}

const picture = 'https://pictures.example/Ann.png';
const people: Record<string, object> = {
  ann: {
    externalId: '00uA',
    displayName: 'Ann "the" Ä_100%',
    active: true,
    name: { givenName: 'Ann', familyName: 'Müller', formatted: 'Dr. Ann Müller' },
    title: 'Dr. 100%',
    userType: 'Employee',
    profileUrl: 'https://Acme.example/~ann',
    emails: [
      { value: 'Ann@acme.example', type: 'work', primary: true },
      { value: 'ann@home.example', type: 'home', display: 'At home' },
    ],
    phoneNumbers: [{ value: '+49 228 1', type: 'work' }],
    ims: [{ value: 'ann', type: 'xmpp', primary: true }],
    photos: [{ value: picture, type: 'photo' }],
    roles: [{ value: 'Admin', primary: true }, { value: 'Reader' }],
    x509Certificates: [{ value: 'TUlJQg==', display: 'signing' }],
    [urn.enterprise]: { department: 'Research', employeeNumber: '0701984', manager: { value: '{bob}' } },
  },
  bob: {
    externalId: '00ua',
    active: false,
    displayName: 'Bob',
    emails: [{ value: 'bob.home@acme.example' }],
    addresses: [{ type: 'work', locality: 'Bonn', country: 'DE' }],
    entitlements: [{ value: 'Licence A', type: 'licence' }],
  },
  cy: { active: true, title: 'work', locale: 'de-DE', timezone: 'Europe/Berlin', userType: 'employee' },
  dee: {
    externalId: 'x\ty',
    displayName: 'a "quoted" \\ name',
    nickName: 'ann',
    preferredLanguage: 'en',
    photos: [{ value: picture.toLowerCase(), type: 'thumbnail' }],
    emails: [
      { value: 'dee@acme.example', type: 'other', primary: true },
      { value: 'x', type: 'home' },
      { value: 'home', type: 'work', primary: false },
    ],
    addresses: [
      { type: 'home', locality: 'Köln', primary: true },
      { type: 'work', locality: 'Aachen' },
    ],
    [urn.enterprise]: { department: 'research', organization: 'ACME', manager: { value: 'nobody' } },
  },
  𝔈ve: { displayName: '𝔈ve', name: { familyName: '\uffeeend' }, roles: [{ value: 'reader', type: 'R' }] },
};

/** Pushes them, and reads them as they are answered. */
export async function populate(scim: Scim): Promise<Population> {
  const ids = new Map<string, string>();
  const filled = (text: string): string => text.replace(/\{(\w+)\}/, (_, name: string) => ids.get(name) ?? name);
  for (const name of ['bob', 'ann', 'cy', 'dee', '𝔈ve']) {
    const body = { schemas: [urn.user], userName: `${name}@acme.example`, ...people[name] };
    ids.set(name, await created(scim, '/Users', JSON.parse(filled(JSON.stringify(body)))));
  }
  const of = (...names: string[]) => names.map((name) => ({ value: ids.get(name)! }));
  const push = (displayName: string, members: { value: string }[], rest: object = {}) =>
    created(scim, '/Groups', { schemas: [urn.group], displayName, members, ...rest });
  const pro = await push('Pro Ä', of('ann', 'bob'), { externalId: 'G1' });
  await push('basic', of('ann', '𝔈ve'));
  await push('All', [{ value: pro }, ...of('cy')]);
  await push('Empty', []);
  const all = async (path: string) => (await scim.get(path)).body.Resources;
  return {
    users: new Map((await all('/Users')).map((each) => [String(each['userName']).split('@')[0]!, each])),
    groups: new Map((await all('/Groups')).map((each) => [String(each['displayName']), each])),
  };
}
