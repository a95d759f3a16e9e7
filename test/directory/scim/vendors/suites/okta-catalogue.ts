import { groupSchema, userSchema } from '../../support.ts';
import type { Step, Suite } from '../run.ts';
import { filter, isId, keys, list, nobody, patch } from '../steps.ts';

const find = (attribute: string, value: string): string =>
  filter(`${attribute} eq "${value}"`, '&startIndex=1&count=100');

const paula = {
  schemas: [userSchema],
  userName: 'paula.prado@acme.example',
  name: { givenName: 'Paula', familyName: 'Prado' },
  emails: [{ primary: true, value: 'paula.prado@acme.example', type: 'work' }],
  displayName: 'Paula Prado',
  locale: 'en-US',
  externalId: '00upaulaprado0000d7',
  groups: [],
  password: 'kX8-not-kept',
  active: true,
};
const ben = {
  ...paula,
  userName: 'ben.bauer@acme.example',
  name: { givenName: 'Ben', familyName: 'Bauer' },
  emails: [{ primary: true, value: 'ben.bauer@acme.example', type: 'work' }],
  displayName: 'Ben Bauer',
  externalId: '00ubenbauer000000d7',
};
const shownPaula = {
  schemas: [userSchema],
  id: '{{paula}}',
  userName: paula.userName,
  name: paula.name,
  emails: paula.emails,
  displayName: 'Paula Prado',
  locale: 'en-US',
  externalId: paula.externalId,
  active: true,
  password: undefined,
  meta: { resourceType: 'User', location: 'http://localhost:3000/scim/v2/Users/{{paula}}' },
};
const scimType = /^application\/scim\+json/;

/** Connecting the application: the *Test API Credentials* button. */
const connecting: Step[] = [
  {
    name: 'tests the credentials',
    request: { method: 'GET', path: '/Users?startIndex=1&count=2' },
    expect: { status: 200, body: list(), headers: { 'content-type': scimType } },
  },
  {
    name: 'tests the credentials by groups',
    request: { method: 'GET', path: '/Groups?count=100&startIndex=1' },
    expect: { status: 200, body: list() },
  },
  ...keys('/Users?startIndex=1&count=1'),
];

const users: Step[] = [
  {
    name: 'looks for a match before it creates',
    request: { method: 'GET', path: `/Users${find('userName', paula.userName)}` },
    expect: { status: 200, body: list() },
  },
  {
    name: 'creates, and is answered with the whole user',
    request: { method: 'POST', path: '/Users', body: paula },
    expect: {
      status: 201,
      body: { ...shownPaula, id: isId, meta: { resourceType: 'User' } },
      headers: { 'content-type': scimType, location: /\/scim\/v2\/Users\/[\w-]+$/ },
    },
    keep: { paula: 'id' },
  },
  {
    name: 'is refused a second user of that name',
    request: { method: 'POST', path: '/Users', body: { ...paula, userName: 'PAULA.prado@ACME.example' } },
    expect: { status: 409, body: { status: '409', scimType: 'uniqueness', detail: /user name/ } },
  },
  {
    name: 'finds the match, whatever its case',
    request: { method: 'GET', path: `/Users${find('userName', 'PAULA.Prado@acme.EXAMPLE')}` },
    expect: { status: 200, body: list(shownPaula) },
  },
  {
    name: 'reads before each update',
    request: { method: 'GET', path: '/Users/{{paula}}' },
    expect: { status: 200, body: shownPaula },
  },
  {
    name: 'asks for the headers alone',
    request: { method: 'HEAD', path: '/Users/{{paula}}' },
    expect: { status: 200, headers: { 'content-type': scimType, 'content-length': /^[1-9]\d+$/ } },
  },
  {
    name: 'is told that a user is gone',
    request: { method: 'GET', path: `/Users/${nobody}` },
    expect: { status: 404, body: { status: '404', schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'] } },
  },
  {
    name: 'PUTs the attributes',
    request: { method: 'PUT', path: '/Users/{{paula}}', body: { ...paula, id: '{{paula}}', displayName: 'P. Prado' } },
    expect: { status: 200, body: { ...shownPaula, displayName: 'P. Prado' } },
  },
  {
    name: 'PUTs them as they were',
    request: { method: 'PUT', path: '/Users/{{paula}}', body: paula },
    expect: { status: 200, body: shownPaula },
  },
  {
    name: 'pushes a password, which nobody keeps',
    request: { method: 'PATCH', path: '/Users/{{paula}}', body: patch({ op: 'replace', value: { password: 'x1' } }) },
    expect: { status: 200, body: { id: '{{paula}}', password: undefined } },
  },
  {
    name: 'deactivates without a path',
    request: { method: 'PATCH', path: '/Users/{{paula}}', body: patch({ op: 'replace', value: { active: false } }) },
    expect: { status: 200, body: { id: '{{paula}}', active: false } },
  },
  {
    name: 'still finds whom it deactivated',
    request: { method: 'GET', path: `/Users${find('userName', paula.userName)}` },
    expect: { status: 200, body: list({ id: '{{paula}}', active: false }) },
  },
  {
    name: 'reactivates under the same id',
    request: { method: 'PATCH', path: '/Users/{{paula}}', body: patch({ op: 'replace', value: { active: true } }) },
    expect: { status: 200, body: { id: '{{paula}}', active: true } },
  },
  {
    name: 'creates with the content type application/json',
    request: { method: 'POST', path: '/Users', body: ben, headers: { 'content-type': 'application/json' } },
    expect: { status: 201, body: { userName: ben.userName } },
    keep: { ben: 'id' },
  },
  {
    name: 'imports the first page',
    request: { method: 'GET', path: '/Users?startIndex=1&count=1' },
    expect: {
      status: 200,
      body: { totalResults: 2, startIndex: 1, itemsPerPage: 1, Resources: [{ id: '{{paula}}' }] },
    },
  },
  {
    name: 'imports the next page, in the same order',
    request: { method: 'GET', path: '/Users?startIndex=2&count=1' },
    expect: { status: 200, body: { totalResults: 2, startIndex: 2, itemsPerPage: 1, Resources: [{ id: '{{ben}}' }] } },
  },
  {
    name: 'imports nothing after the last page',
    request: { method: 'GET', path: '/Users?startIndex=3&count=100' },
    expect: { status: 200, body: { totalResults: 2, startIndex: 3, itemsPerPage: 0, Resources: [] } },
  },
];

const group = '/Groups/{{group}}';
const paulaIsIn = { id: '{{group}}', members: [{ value: '{{paula}}', type: 'User' }] };
const look = { method: 'GET', path: group };

/** Group push, after `users`. */
const groups: Step[] = [
  {
    name: 'looks for a group of that name',
    request: { method: 'GET', path: `/Groups${find('displayName', 'Carillon Pro')}` },
    expect: { status: 200, body: list() },
  },
  {
    name: 'creates a group, empty',
    request: {
      method: 'POST',
      path: '/Groups',
      body: { schemas: [groupSchema], displayName: 'Carillon Pro', members: [] },
    },
    expect: {
      status: 201,
      body: { id: isId, displayName: 'Carillon Pro', members: [], meta: { resourceType: 'Group' } },
      headers: { location: /\/scim\/v2\/Groups\/[\w-]+$/ },
    },
    keep: { group: 'id' },
  },
  {
    name: 'is refused a second group of that name',
    request: {
      method: 'POST',
      path: '/Groups',
      body: { schemas: [groupSchema], displayName: 'carillon PRO', members: [] },
    },
    expect: { status: 409, body: { scimType: 'uniqueness' } },
  },
  {
    name: 'sends the name with the id before it changes members',
    request: {
      method: 'PATCH',
      path: group,
      body: patch({ op: 'replace', value: { id: '{{group}}', displayName: 'Carillon Pro' } }),
    },
    expect: { status: [200, 204] },
  },
  {
    name: 'adds a member, without a type',
    request: {
      method: 'PATCH',
      path: group,
      body: patch({ op: 'add', path: 'members', value: [{ value: '{{paula}}', display: paula.userName }] }),
    },
    expect: { status: [200, 204] },
  },
  {
    name: 'adds the same member again, which changes nothing',
    request: {
      method: 'PATCH',
      path: group,
      body: patch({ op: 'add', path: 'members', value: [{ value: '{{paula}}' }] }),
    },
    expect: { status: [200, 204] },
  },
  { name: 'sees the member once', request: look, expect: { status: 200, body: paulaIsIn } },
  {
    name: 'sees the group at the member',
    request: { method: 'GET', path: '/Users/{{paula}}' },
    expect: { status: 200, body: { groups: [{ value: '{{group}}', display: 'Carillon Pro' }] } },
  },
  {
    name: 'removes and adds in one PATCH',
    request: {
      method: 'PATCH',
      path: group,
      body: patch(
        { op: 'remove', path: 'members[value eq "{{paula}}"]' },
        { op: 'add', path: 'members', value: [{ value: '{{ben}}', display: ben.userName }] },
      ),
    },
    expect: { status: [200, 204] },
  },
  { name: 'sees the other member', request: look, expect: { status: 200, body: { members: [{ value: '{{ben}}' }] } } },
  {
    name: 'replaces the whole list',
    request: {
      method: 'PATCH',
      path: group,
      body: patch({ op: 'replace', path: 'members', value: [{ value: '{{paula}}' }] }),
    },
    expect: { status: [200, 204] },
  },
  { name: 'sees the new list', request: look, expect: { status: 200, body: paulaIsIn } },
  {
    name: 'renames without members, which keeps them',
    request: { method: 'PATCH', path: group, body: patch({ op: 'replace', value: { displayName: 'Carillon Pros' } }) },
    expect: { status: [200, 204] },
  },
  {
    name: 'sees the new name, and the members as they were',
    request: look,
    expect: { status: 200, body: { ...paulaIsIn, displayName: 'Carillon Pros' } },
  },
  {
    name: 'is refused an unknown member',
    request: {
      method: 'PATCH',
      path: group,
      body: patch(
        { op: 'remove', path: 'members[value eq "{{paula}}"]' },
        { op: 'add', path: 'members', value: [{ value: '{{ben}}' }, { value: 'nobody' }] },
      ),
    },
    expect: { status: 400, body: { scimType: 'invalidValue', detail: /nobody/ } },
  },
  { name: 'sees that nothing of that was done', request: look, expect: { status: 200, body: paulaIsIn } },
  {
    name: 'pushes an empty group now',
    request: { method: 'PATCH', path: group, body: patch({ op: 'replace', path: 'members', value: [] }) },
    expect: { status: [200, 204] },
  },
  { name: 'sees it empty', request: look, expect: { status: 200, body: { members: [] } } },
  {
    name: 'replaces members without a path, with id and name beside them',
    request: {
      method: 'PATCH',
      path: group,
      body: patch({
        op: 'replace',
        value: { members: [{ value: '{{paula}}' }], id: '{{group}}', displayName: 'Carillon Pro' },
      }),
    },
    expect: { status: [200, 204] },
  },
  { name: 'sees the member again', request: look, expect: { status: 200, body: paulaIsIn } },
  {
    name: 'empties it without a path',
    request: {
      method: 'PATCH',
      path: group,
      body: patch({ op: 'replace', value: { members: [], id: '{{group}}', displayName: 'Carillon Pro' } }),
    },
    expect: { status: [200, 204] },
  },
  { name: 'sees it empty again', request: look, expect: { status: 200, body: { members: [] } } },
  {
    name: 'imports groups',
    request: { method: 'GET', path: '/Groups?startIndex=1&count=100' },
    expect: { status: 200, body: list({ id: '{{group}}' }) },
  },
  {
    name: 'unlinks, and deletes the group here',
    request: { method: 'DELETE', path: group },
    expect: { status: 204 },
  },
  { name: 'sees it gone', request: look, expect: { status: 404 } },
];

/** The application of Okta's catalogue (SCIM 2.0, header authentication): PUT for attributes, PATCH for the rest. */
const suite: Suite = {
  vendor: 'Okta’s catalogue application',
  headers: { 'user-agent': 'Okta SCIM Client 1.0.0', 'accept-charset': 'utf-8' },
  steps: [...connecting, ...users, ...groups],
};
export default suite;
