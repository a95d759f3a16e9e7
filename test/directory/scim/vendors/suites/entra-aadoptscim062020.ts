import { groupSchema, userSchema } from '../../support.ts';
import type { Step, Suite } from '../run.ts';
import { enterprise, filter, isId, list, look, patchStep } from '../steps.ts';

const userName = 'ines.ito@acme.example';
const user = '/Users/{{ines}}';
const group = '/Groups/{{group}}';

const users: Step[] = [
  look('tests the connection', `/Users${filter('userName eq "5b1a6c0e-9f1d-4a63-8d55-0f5f3f8f1d11"')}`, list()),
  {
    name: 'creates',
    request: {
      method: 'POST',
      path: '/Users',
      body: {
        schemas: [userSchema, enterprise],
        externalId: 'ines.ito',
        userName,
        active: true,
        emails: [{ primary: true, type: 'work', value: userName }],
        name: { familyName: 'Ito', givenName: 'Ines' },
        meta: { resourceType: 'User' },
      },
    },
    expect: { status: 201, body: { id: isId, active: true } },
    keep: { ines: 'id' },
  },
  ...patchStep(
    'replaces several without a path: dotted keys, and keys with their schema',
    user,
    [
      {
        op: 'replace',
        value: {
          displayName: 'Ines Ito',
          'name.givenName': 'Inés',
          'name.familyName': 'Itō',
          [`${enterprise}:employeeNumber`]: '206',
          [`${enterprise}:department`]: 'Design',
          [`${userSchema}:title`]: 'Lead',
        },
      },
    ],
    {
      displayName: 'Ines Ito',
      title: 'Lead',
      name: { givenName: 'Inés', familyName: 'Itō' },
      [enterprise]: { employeeNumber: '206', department: 'Design' },
      emails: [{ type: 'work', value: userName, primary: true }],
    },
  ),
  ...patchStep(
    'replaces some by path and some without',
    user,
    [
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'ines@acme.example' },
      { op: 'add', path: 'emails[type eq "other"].value', value: 'ines@home.example' },
      { op: 'replace', value: { 'name.formatted': 'Inés Itō' } },
    ],
    {
      name: { formatted: 'Inés Itō', givenName: 'Inés' },
      emails: [
        { type: 'work', value: 'ines@acme.example', primary: true },
        { type: 'other', value: 'ines@home.example' },
      ],
    },
  ),
  ...patchStep('sets a manager', user, [{ op: 'add', path: `${enterprise}:manager`, value: '{{ines}}' }], {
    [enterprise]: { manager: { value: '{{ines}}' }, department: 'Design' },
  }),
  ...patchStep(
    'removes several by path',
    user,
    [
      { op: 'remove', path: `${enterprise}:manager` },
      { op: 'remove', path: 'emails[type eq "other"]' },
      { op: 'remove', path: `${userSchema}:title` },
    ],
    { [enterprise]: { manager: undefined }, emails: [{ type: 'work' }], title: undefined },
  ),
  ...patchStep('disables by false', user, [{ op: 'replace', path: 'active', value: false }], { active: false }),
  ...patchStep('enables without a path', user, [{ op: 'replace', value: { active: true } }], { active: true }),
];

const groups: Step[] = [
  {
    name: 'creates a group',
    request: {
      method: 'POST',
      path: '/Groups',
      body: {
        schemas: [groupSchema],
        externalId: 'g-1',
        displayName: 'Design',
        meta: { resourceType: 'Group' },
        members: [],
      },
    },
    expect: { status: 201, body: { id: isId } },
    keep: { group: 'id' },
  },
  ...patchStep('adds a member', group, [{ op: 'add', path: 'members', value: [{ value: '{{ines}}' }] }], {
    members: [{ value: '{{ines}}' }],
  }),
  ...patchStep('renames without a path', group, [{ op: 'replace', value: { displayName: 'Designers' } }], {
    displayName: 'Designers',
    members: [{ value: '{{ines}}' }],
  }),
  ...patchStep('removes a member by a filter', group, [{ op: 'remove', path: 'members[value eq "{{ines}}"]' }], {
    members: [],
  }),
  ...patchStep('removes nobody by the same', group, [{ op: 'remove', path: 'members[value eq "{{ines}}"]' }], {
    members: [],
  }),
  look(
    'looks for it',
    `/Groups${filter('displayName eq "Designers"', '&excludedAttributes=members')}`,
    list({ id: '{{group}}' }),
  ),
  { name: 'deletes it', request: { method: 'DELETE', path: group }, expect: { status: 204 } },
  { name: 'deletes the user', request: { method: 'DELETE', path: user }, expect: { status: 204 } },
];

/** Microsoft Entra ID with the flag in its tenant URL that makes its client follow the RFC. */
const suite: Suite = {
  vendor: 'Microsoft Entra ID with aadOptscim062020',
  headers: { 'user-agent': undefined },
  query: 'aadOptscim062020',
  steps: [...users, ...groups],
};
export default suite;
