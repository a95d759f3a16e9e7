import { groupSchema, userSchema } from '../../support.ts';
import type { Step, Suite } from '../run.ts';
import { enterprise, filter, isId, keys, list, look, patchStep } from '../steps.ts';

const userName = 'juno.jay@acme.example';
const juno = {
  schemas: [userSchema, enterprise],
  userName,
  name: { familyName: 'Jay', givenName: 'Juno' },
  displayName: 'Juno Jay',
  active: true,
  emails: [{ type: 'work', value: userName, primary: true }],
  addresses: [],
  phoneNumbers: [],
};
const user = '/Users/{{juno}}';
const group = '/Groups/{{group}}';

const steps: Step[] = [
  look(
    'tests the connection with a user who is not there',
    `/Users${filter('userName eq "test_user@acme.example"', '&startIndex=1&count=100')}`,
    list(),
  ),
  ...keys('/Users?count=1'),
  {
    name: 'creates',
    request: { method: 'POST', path: '/Users', body: juno, headers: { 'content-type': 'application/json' } },
    expect: { status: 201, body: { id: isId, userName, addresses: undefined } },
    keep: { juno: 'id' },
  },
  {
    name: 'updates by PUT',
    request: { method: 'PUT', path: user, body: { ...juno, id: '{{juno}}', displayName: 'J. Jay' } },
    expect: { status: 200, body: { displayName: 'J. Jay' } },
  },
  {
    name: 'deactivates by PUT',
    request: { method: 'PUT', path: user, body: { ...juno, active: false } },
    expect: { status: 200, body: { active: false } },
  },
  {
    name: 'activates by PUT',
    request: { method: 'PUT', path: user, body: juno },
    expect: { status: 200, body: { id: '{{juno}}', active: true } },
  },
  {
    name: 'creates a group with its members',
    request: {
      method: 'POST',
      path: '/Groups',
      body: { schemas: [groupSchema], displayName: 'Jays', members: [{ value: '{{juno}}' }] },
    },
    expect: { status: 201, body: { id: isId, members: [{ value: '{{juno}}' }] } },
    keep: { group: 'id' },
  },
  {
    name: 'updates the group by PUT',
    request: {
      method: 'PUT',
      path: group,
      body: { schemas: [groupSchema], id: '{{group}}', displayName: 'Blue Jays', members: [{ value: '{{juno}}' }] },
    },
    expect: { status: 200, body: { displayName: 'Blue Jays', members: [{ value: '{{juno}}' }] } },
  },
  ...patchStep(
    'replaces members and name in one PATCH',
    group,
    [
      { op: 'replace', path: 'members', value: [] },
      { op: 'replace', path: 'displayName', value: 'Jays' },
    ],
    { displayName: 'Jays', members: [] },
  ),
  { name: 'deletes the group', request: { method: 'DELETE', path: group }, expect: { status: 204 } },
  { name: 'deletes the user', request: { method: 'DELETE', path: user }, expect: { status: 204 } },
];

/** JumpCloud: whole objects by PUT. */
const suite: Suite = { vendor: 'JumpCloud', headers: { 'user-agent': 'JumpCloud' }, steps };
export default suite;
