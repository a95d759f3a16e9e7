import { groupSchema, userSchema } from '../../support.ts';
import type { Step, Suite } from '../run.ts';
import { filter, isId, keys, list, look, nobody, patchStep } from '../steps.ts';

const userName = 'omar.ortiz@acme.example';
const omar = {
  schemas: [userSchema],
  userName,
  name: { givenName: 'Omar', familyName: 'Ortiz' },
  emails: [{ primary: true, value: userName, type: 'work' }],
  displayName: 'Omar Ortiz',
  locale: 'en-US',
  externalId: '00uomarortiz00000d7',
  groups: [],
  password: 'kX8-not-kept',
  active: true,
};
const shown = {
  id: '{{omar}}',
  userName,
  name: omar.name,
  emails: omar.emails,
  externalId: omar.externalId,
  active: true,
  password: undefined,
  groups: undefined,
};
const find = filter(`userName eq "${userName}"`, '&startIndex=1&count=100');
const put = (name: string, body: object, after: object): Step => ({
  name,
  request: { method: 'PUT', path: '/Users/{{omar}}', body },
  expect: { status: 200, body: after },
});

const users: Step[] = [
  look('tests the connector with one user', '/Users?startIndex=1&count=1', list()),
  ...keys('/Users?startIndex=1&count=1'),
  look('looks for a match before it creates', `/Users${find}`, list()),
  {
    name: 'creates with the content type application/json, and is answered with the whole user',
    request: { method: 'POST', path: '/Users', body: omar, headers: { 'content-type': 'application/json' } },
    expect: { status: 201, body: { ...shown, id: isId }, headers: { location: /\/scim\/v2\/Users\/[\w-]+$/ } },
    keep: { omar: 'id', asRead: '' },
  },
  {
    name: 'sends the create again after a lost answer, and is told of the one that is there',
    request: { method: 'POST', path: '/Users', body: omar },
    expect: { status: 409, body: { status: '409', scimType: 'uniqueness' } },
  },
  look('finds it then by its name', `/Users${find}`, list(shown)),
  look('reads it before the update', '/Users/{{omar}}', shown),
  put(
    'PUTs the whole user, with id, meta and groups as it read them',
    {
      '...': '{{asRead}}',
      name: { givenName: 'Omar', familyName: 'Ortiz-Okafor' },
      groups: [],
      meta: { resourceType: 'User', created: '2001-01-01T00:00:00Z', location: 'https://elsewhere.example/1' },
    },
    { ...shown, name: { givenName: 'Omar', familyName: 'Ortiz-Okafor' }, meta: { created: /^20[2-9]/ } },
  ),
  put('PUTs with an id that is not its own, which is read-only', { ...omar, id: nobody }, shown),
  put('deactivates by PUT', { ...omar, id: '{{omar}}', active: false }, { id: '{{omar}}', active: false }),
  look('still finds whom it deactivated', `/Users${find}`, list({ id: '{{omar}}', active: false })),
  put('leaves a user inactive by a PUT that does not say', { ...omar, active: undefined }, { ...shown, active: false }),
  put('reactivates by PUT under the same id', omar, shown),
  put('keeps the external id when a PUT has none', { ...omar, externalId: undefined }, shown),
  put(
    'takes away by PUT what is no longer there',
    { ...omar, locale: undefined, displayName: null },
    { ...shown, locale: undefined, displayName: undefined },
  ),
  {
    name: 'is told what is wrong with a user name of another domain',
    request: { method: 'PUT', path: '/Users/{{omar}}', body: { ...omar, userName: 'omar@other.example' } },
    expect: { status: 400, body: { scimType: 'invalidValue', detail: /Claim and verify other\.example/ } },
  },
  {
    name: 'is told that a user is gone',
    request: { method: 'PUT', path: `/Users/${nobody}`, body: omar },
    expect: { status: 404, body: { status: '404' } },
  },
];

const group = '/Groups/{{group}}';
const member = { value: '{{omar}}', display: null };
const groupBody = { schemas: [groupSchema], id: '{{group}}', displayName: 'Carillon Basic' };
const putGroup = (name: string, body: object): Step => ({
  name,
  request: { method: 'PUT', path: group, body },
  expect: { status: 200, body: { id: '{{group}}' } },
});

const groups: Step[] = [
  {
    name: 'creates a group',
    request: { method: 'POST', path: '/Groups', body: { ...groupBody, id: undefined, members: [] } },
    expect: { status: 201, body: { id: isId, displayName: 'Carillon Basic', members: [] } },
    keep: { group: 'id' },
  },
  putGroup('PUTs the whole group with display: null', {
    ...groupBody,
    members: [member],
    meta: { resourceType: 'Group' },
  }),
  look('sees the member', group, { members: [{ value: '{{omar}}', type: 'User' }] }),
  putGroup('renames by a PUT that names no members, which keeps them', { ...groupBody, displayName: 'Basic' }),
  look('sees the new name and the member', group, { displayName: 'Basic', members: [{ value: '{{omar}}' }] }),
  putGroup('renames by a PUT whose members are null, which keeps them too', { ...groupBody, members: null }),
  look('sees the member still', group, { displayName: 'Carillon Basic', members: [{ value: '{{omar}}' }] }),
  {
    name: 'is refused an unknown member',
    request: { method: 'PUT', path: group, body: { ...groupBody, members: [member, { value: nobody }] } },
    expect: { status: 400, body: { scimType: 'invalidValue', detail: new RegExp(nobody) } },
  },
  look('sees that nobody was wiped', group, { members: [{ value: '{{omar}}' }] }),
  putGroup('empties it by a PUT of no members', { ...groupBody, members: [] }),
  look('sees it empty', group, { members: [] }),
  ...patchStep('patches like the catalogue’s', group, [{ op: 'add', path: 'members', value: [member] }], {
    members: [{ value: '{{omar}}' }],
  }),
  { name: 'deletes it', request: { method: 'DELETE', path: group }, expect: { status: 204 } },
];

/** An application that Okta's wizard made (AIW): always PUT of the whole object. */
const suite: Suite = {
  vendor: 'Okta’s custom application',
  headers: { 'user-agent': 'Okta SCIM Client 1.0.0' },
  steps: [...users, ...groups],
};
export default suite;
