import { groupSchema, userSchema } from '../../support.ts';
import type { Step, Suite } from '../run.ts';
import { enterprise, filter, isId, keys, list, look, patchStep } from '../steps.ts';

const userName = 'elena.ek@acme.example';
const elena = {
  schemas: [userSchema, enterprise],
  externalId: 'elena.ek',
  userName,
  active: true,
  addresses: null,
  title: null,
  displayName: 'Elena Ek',
  emails: [{ primary: true, type: 'work', value: userName }],
  meta: { resourceType: 'User' },
  name: { formatted: 'Elena Ek', familyName: 'Ek', givenName: 'Elena' },
  roles: [],
  [enterprise]: { department: 'Sales', manager: null },
};
const user = '/Users/{{elena}}';
const capital = (name: string, path: string, value: unknown, after: unknown): Step[] =>
  patchStep(name, user, [{ op: 'Replace', path, value }], after);

const users: Step[] = [
  look(
    'tests the connection with a user who cannot be',
    `/Users${filter('userName eq "5b1a6c0e-9f1d-4a63-8d55-0f5f3f8f1d11"')}`,
    list(),
  ),
  ...keys('/Users?count=1'),
  look('looks for a match by its external id', `/Users${filter('externalId eq "elena.ek"')}`, list()),
  look('looks for a match by its address', `/Users${filter(`emails[type eq "work"].value eq "${userName}"`)}`, list()),
  {
    name: 'creates, with nulls, empty lists and meta',
    request: { method: 'POST', path: '/Users', body: elena },
    expect: {
      status: 201,
      body: {
        id: isId,
        userName,
        externalId: 'elena.ek',
        active: true,
        title: undefined,
        addresses: undefined,
        name: elena.name,
        [enterprise]: { department: 'Sales', manager: undefined },
      },
    },
    keep: { elena: 'id' },
  },
  {
    name: 'creates another, with as little as there can be',
    request: {
      method: 'POST',
      path: '/Users',
      body: { schemas: [userSchema, enterprise], userName: 'mats@acme.example' },
    },
    expect: { status: 201, body: { active: true, emails: undefined } },
    keep: { mats: 'id' },
  },
  {
    name: 'is refused a second one of that name',
    request: { method: 'POST', path: '/Users', body: { ...elena, externalId: 'other' } },
    expect: { status: 409, body: { status: '409', scimType: 'uniqueness' } },
  },
  look('finds by external id', `/Users${filter('externalId eq "elena.ek"')}`, list({ id: '{{elena}}' })),
  look(
    'finds by address',
    `/Users${filter(`emails[type eq "work"].value eq "${userName}"`)}`,
    list({ id: '{{elena}}' }),
  ),
  look(
    'finds by two together',
    `/Users${filter(`userName eq "${userName}" and externalId eq "elena.ek"`)}`,
    list({ id: '{{elena}}' }),
  ),
  ...capital('replaces the display name', 'displayName', 'Elena Ekman', { displayName: 'Elena Ekman' }),
  ...capital('replaces part of the name', 'name.familyName', 'Ekman', {
    name: { givenName: 'Elena', familyName: 'Ekman' },
  }),
  ...capital('replaces the work address', 'emails[type eq "work"].value', 'e.ekman@acme.example', {
    emails: [{ type: 'work', value: 'e.ekman@acme.example', primary: true }],
  }),
  ...patchStep(
    'changes several at once, a path each',
    user,
    [
      { op: 'Add', path: 'title', value: 'Director' },
      { op: 'Add', path: `${enterprise}:employeeNumber`, value: '1187' },
      { op: 'Replace', path: `${enterprise}:department`, value: 'Marketing' },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+46 70 000 00 00' },
      { op: 'Add', path: 'addresses[type eq "work"].streetAddress', value: 'Storgatan 1' },
      { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Lund' },
      { op: 'Remove', path: 'name.formatted' },
    ],
    {
      title: 'Director',
      name: { formatted: undefined, givenName: 'Elena' },
      phoneNumbers: [{ type: 'mobile', value: '+46 70 000 00 00' }],
      addresses: [{ type: 'work', streetAddress: 'Storgatan 1', locality: 'Lund' }],
      [enterprise]: { employeeNumber: '1187', department: 'Marketing' },
    },
  ),
  ...patchStep(
    'replaces a work address that is not there yet',
    '/Users/{{mats}}',
    [{ op: 'Replace', path: 'emails[type eq "work"].value', value: 'mats.m@acme.example' }],
    { emails: [{ type: 'work', value: 'mats.m@acme.example' }] },
  ),
  ...patchStep(
    'adds a manager as a list of one',
    user,
    [{ op: 'Add', path: `${enterprise}:manager`, value: [{ $ref: '../Users/{{mats}}', value: '{{mats}}' }] }],
    { [enterprise]: { manager: { value: '{{mats}}' } } },
  ),
  ...patchStep(
    'replaces the manager by a bare id',
    user,
    [{ op: 'Replace', path: `${enterprise}:manager`, value: '{{elena}}' }],
    { [enterprise]: { manager: { value: '{{elena}}' } } },
  ),
  ...patchStep(
    'adds a manager by the bare name of the attribute',
    user,
    [{ op: 'Add', path: 'manager', value: [{ $ref: '../Users/{{mats}}', value: '{{mats}}' }] }],
    { [enterprise]: { manager: { value: '{{mats}}' }, department: 'Marketing' } },
  ),
  ...patchStep(
    'adds a manager and a department by bare names without a path',
    user,
    [{ op: 'Add', value: { manager: '{{elena}}', department: 'Sales' } }],
    { [enterprise]: { manager: { value: '{{elena}}' }, department: 'Sales' } },
  ),
  ...patchStep(
    'replaces both by bare names as paths',
    user,
    [
      { op: 'Replace', path: 'manager.value', value: '{{mats}}' },
      { op: 'Replace', path: 'department', value: 'Marketing' },
    ],
    { [enterprise]: { manager: { value: '{{mats}}' }, department: 'Marketing' } },
  ),
  ...patchStep('removes the manager by the bare name', user, [{ op: 'Remove', path: 'manager' }], {
    [enterprise]: { manager: undefined, department: 'Marketing' },
  }),
  ...patchStep('adds one again', user, [{ op: 'Add', path: 'Manager', value: '{{mats}}' }], {
    [enterprise]: { manager: { value: '{{mats}}' } },
  }),
  ...patchStep('removes the manager', user, [{ op: 'Remove', path: `${enterprise}:manager` }], {
    [enterprise]: { manager: undefined, department: 'Marketing' },
  }),
  ...capital('disables by the word False', 'active', 'False', { active: false }),
  look(
    'finds the disabled one by its name',
    `/Users${filter(`userName eq "${userName}"`)}`,
    list({ id: '{{elena}}', active: false }),
  ),
  ...patchStep(
    'enables again, with what else it believes of the user',
    user,
    [
      { op: 'Replace', path: 'active', value: 'True' },
      { op: 'Add', path: 'externalId', value: 'elena.ek' },
      { op: 'Add', value: { 'urn:example:unknown:attribute': 'x', nonsense: null, members: [] } },
    ],
    { active: true, externalId: 'elena.ek' },
  ),
  ...capital('disables by a wrapped word', 'active', [{ $ref: null, value: 'False' }], { active: false }),
  {
    name: 'names the domain that must be claimed, and does nothing beside it',
    request: {
      method: 'PATCH',
      path: user,
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [
          { op: 'Replace', path: 'active', value: 'True' },
          { op: 'Replace', path: 'userName', value: 'elena@other.example' },
        ],
      },
    },
    expect: { status: 400, body: { scimType: 'invalidValue', detail: /Claim and verify other\.example/ } },
  },
  look('sees that nothing of that was done', user, { userName, active: false }),
  { name: 'deletes for good', request: { method: 'DELETE', path: user }, expect: { status: 204 } },
  look('is told that the user is gone', user, { status: '404' }, 404),
  {
    name: 'creates a new person under the name',
    request: { method: 'POST', path: '/Users', body: elena },
    expect: { status: 201, body: { id: isId, active: true } },
    keep: { elena: 'id' },
  },
];

const group = '/Groups/{{group}}';
const entry = (id: string) => ({ $ref: null, value: `{{${id}}}` });
const byName = `/Groups${filter('displayName eq "Sales"', '&excludedAttributes=members')}`;

const groups: Step[] = [
  look('looks for a group, without its members', byName, list()),
  {
    name: 'creates a group with a schema of Microsoft’s beside the core one',
    request: {
      method: 'POST',
      path: '/Groups',
      body: {
        schemas: [groupSchema, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
        externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
        displayName: 'Sales',
        meta: { resourceType: 'Group' },
      },
    },
    expect: { status: 201, body: { id: isId, externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159' } },
    keep: { group: 'id' },
  },
  look('finds it, without its members', byName, list({ id: '{{group}}', members: undefined })),
  look('reads it, without its members', `${group}?excludedAttributes=members`, {
    displayName: 'Sales',
    members: undefined,
  }),
  ...patchStep('adds members', group, [{ op: 'Add', path: 'members', value: [entry('elena'), entry('mats')] }], {
    members: [{ value: '{{mats}}' }, { value: '{{elena}}' }],
  }),
  look(
    'asks whether somebody is a member',
    `/Groups${filter('id eq "{{group}}" and members eq "{{elena}}"', '&attributes=id')}`,
    list({ id: '{{group}}', displayName: undefined }),
  ),
  ...patchStep(
    'removes just those that it lists',
    group,
    [{ op: 'Remove', path: 'members', value: [entry('elena')] }],
    {
      members: [{ value: '{{mats}}' }],
    },
  ),
  look(
    'asks whether she still is',
    `/Groups${filter('id eq "{{group}}" and members eq "{{elena}}"', '&attributes=id')}`,
    list(),
  ),
  ...patchStep('adds one who is there', group, [{ op: 'Add', path: 'members', value: [entry('mats')] }], {
    members: [{ value: '{{mats}}' }],
  }),
  ...patchStep(
    'renames in its oldest form, with the name in a list of one',
    group,
    [{ op: 'Replace', path: 'displayName', value: [{ $ref: null, value: 'Sales Europe' }] }],
    { displayName: 'Sales Europe' },
  ),
  ...patchStep('renames', group, [{ op: 'Replace', path: 'displayName', value: 'Sales EMEA' }], {
    displayName: 'Sales EMEA',
    members: [{ value: '{{mats}}' }],
  }),
  {
    name: 'changes several memberships in one request, and is answered without a body',
    request: {
      method: 'PATCH',
      path: group,
      body: {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [
          { op: 'Add', path: 'members', value: [entry('elena')] },
          { op: 'Remove', path: 'members', value: [entry('mats')] },
        ],
      },
    },
    expect: { status: 204 },
  },
  look('sees them', group, { members: [{ value: '{{elena}}' }] }),
  { name: 'deletes it', request: { method: 'DELETE', path: group }, expect: { status: 204 } },
  look('is told that it is gone', group, { status: '404' }, 404),
];

/** Microsoft Entra ID as it is by itself: capital operations, a path each, words for true and false. */
const suite: Suite = {
  vendor: 'Microsoft Entra ID',
  headers: { 'user-agent': undefined },
  steps: [...users, ...groups],
};
export default suite;
