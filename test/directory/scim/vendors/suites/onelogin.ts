import { groupSchema, userSchema } from '../../support.ts';
import type { Step, Suite } from '../run.ts';
import { enterprise, filter, isId, keys, list, look, patchStep } from '../steps.ts';

const userName = 'olaf.oz@acme.example';
const olaf = {
  schemas: [userSchema, enterprise],
  userName,
  displayName: 'Olaf Oz',
  externalId: '48291',
  active: true,
  name: { givenName: 'Olaf', familyName: 'Oz', formatted: 'Olaf Oz' },
  title: '',
  emails: [{ value: userName, type: 'work', primary: true }],
  phoneNumbers: [{ value: '', type: 'work' }],
  [enterprise]: { department: '', manager: { value: '', displayName: '' } },
};
const user = '/Users/{{olaf}}';
const group = '/Groups/{{group}}';

const steps: Step[] = [
  look('tests the connection', '/Users?startIndex=1&count=1', list()),
  ...keys('/Users?count=1'),
  look('looks for the user', `/Users${filter(`userName eq "${userName}"`)}`, list()),
  {
    name: 'creates, with empty values',
    request: { method: 'POST', path: '/Users', body: olaf },
    expect: {
      status: 201,
      body: { id: isId, title: undefined, phoneNumbers: undefined, [enterprise]: undefined, active: true },
    },
    keep: { olaf: 'id' },
  },
  {
    name: 'updates by PUT',
    request: { method: 'PUT', path: user, body: { ...olaf, title: 'Builder' } },
    expect: { status: 200, body: { id: '{{olaf}}', title: 'Builder' } },
  },
  ...patchStep('updates by PATCH without a path', user, [{ op: 'replace', value: { title: 'Architect' } }], {
    title: 'Architect',
    displayName: 'Olaf Oz',
  }),
  {
    name: 'creates a group',
    request: { method: 'POST', path: '/Groups', body: { schemas: [groupSchema], displayName: 'Builders' } },
    expect: { status: 201, body: { id: isId, displayName: 'Builders' } },
    keep: { group: 'id' },
  },
  ...patchStep('adds a member', group, [{ op: 'add', path: 'members', value: [{ value: '{{olaf}}' }] }], {
    members: [{ value: '{{olaf}}' }],
  }),
  ...patchStep('removes a member', group, [{ op: 'remove', path: 'members[value eq "{{olaf}}"]' }], { members: [] }),
  ...patchStep('suspends', user, [{ op: 'replace', path: 'active', value: false }], { active: false }),
  ...patchStep('restores', user, [{ op: 'replace', path: 'active', value: true }], {
    active: true,
    title: 'Architect',
  }),
  { name: 'deletes the group', request: { method: 'DELETE', path: group }, expect: { status: 204 } },
  { name: 'deletes the user', request: { method: 'DELETE', path: user }, expect: { status: 204 } },
  look('sees the user gone', user, { status: '404' }, 404),
];

/** OneLogin: an empty User-Agent, empty text where there is no value. */
const suite: Suite = {
  vendor: 'OneLogin',
  headers: { 'user-agent': '', 'content-type': 'application/scim+json' },
  steps,
};
export default suite;
