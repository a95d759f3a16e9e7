import { groupSchema, userSchema } from '../../support.ts';
import type { Step, Suite } from '../run.ts';
import { enterprise, isId, look, nobody, patch, patchStep } from '../steps.ts';

const user = '/Users/{{gus}}';
const group = '/Groups/{{group}}';
const make = (name: string, keep: string): Step => ({
  name: `creates ${name}`,
  request: { method: 'POST', path: '/Users', body: { schemas: [userSchema], userName: `${name}@acme.example` } },
  expect: { status: 201, body: { id: isId } },
  keep: { [keep]: 'id' },
});
const refused = (name: string, scimType: string, ...operations: object[]): Step => ({
  name: `is refused ${name}`,
  request: { method: 'PATCH', path: user, body: patch({ op: 'replace', path: 'title', value: 'x' }, ...operations) },
  expect: { status: 400, body: { status: '400', scimType } },
});

const users: Step[] = [
  make('gus', 'gus'),
  make('ida', 'ida'),
  ...patchStep('deactivates by path', user, [{ op: 'replace', path: 'active', value: false }], { active: false }),
  ...patchStep(
    'activates by a path with its schema',
    user,
    [{ op: 'replace', path: `${userSchema}:active`, value: true }],
    {
      active: true,
    },
  ),
  ...patchStep(
    'adds addresses, of which the last primary one is the only one',
    user,
    [
      { op: 'add', path: 'emails', value: [{ value: 'gus@acme.example', type: 'work', primary: true }] },
      { op: 'add', path: 'emails', value: [{ value: 'g@acme.example', type: 'home', primary: true }] },
      { op: 'add', path: 'emails', value: [{ value: 'GUS@acme.example', type: 'work' }] },
    ],
    {
      emails: [
        { value: 'gus@acme.example', type: 'work', primary: undefined },
        { value: 'g@acme.example', type: 'home', primary: true },
      ],
    },
  ),
  ...patchStep(
    'makes what two conditions describe',
    user,
    [{ op: 'add', path: 'phoneNumbers[type eq "work" and primary eq true].value', value: '+44 20 7946 0000' }],
    { phoneNumbers: [{ type: 'work', primary: true, value: '+44 20 7946 0000' }] },
  ),
  ...patchStep(
    'changes what a condition on the value chooses',
    user,
    [
      { op: 'replace', path: 'emails[value eq "GUS@ACME.example" and type eq "work"].display', value: 'Gus' },
      { op: 'remove', path: 'emails[primary eq true]' },
      { op: 'remove', path: 'phoneNumbers', value: [{ value: '+44 20 7946 0000' }] },
    ],
    { emails: [{ value: 'gus@acme.example', display: 'Gus' }], phoneNumbers: undefined },
  ),
  ...patchStep(
    'sets the extension as a whole, and one name of it to null',
    user,
    [
      { op: 'add', path: enterprise, value: { division: 'North', costCenter: '7' } },
      { op: 'replace', value: { [enterprise]: { costCenter: null } } },
    ],
    { [enterprise]: { division: 'North', costCenter: undefined } },
  ),
  refused('a path that nobody knows', 'invalidPath', { op: 'add', path: 'shoeSize', value: '9' }),
  refused('another id', 'mutability', { op: 'replace', path: 'id', value: nobody }),
  refused('another id without a path', 'mutability', { op: 'replace', value: { id: nobody } }),
  refused('the removal of the user name', 'mutability', { op: 'remove', path: 'userName' }),
  refused('a removal without a path', 'noTarget', { op: 'remove' }),
  refused('a target that is not there', 'noTarget', {
    op: 'replace',
    path: 'emails[value eq "x"].display',
    value: 'x',
  }),
  refused('half a filter', 'invalidFilter', { op: 'replace', path: 'emails[type eq].value', value: 'x' }),
  refused('a value of another kind', 'invalidValue', { op: 'replace', path: 'active', value: 7 }),
  refused('an operation that there is not', 'invalidSyntax', { op: 'move', path: 'title' }),
  look('sees that nothing of that was done', user, { title: undefined }),
  {
    name: 'is told that nobody is there to replace',
    request: { method: 'PUT', path: `/Users/${nobody}`, body: { schemas: [userSchema], userName: 'x@acme.example' } },
    expect: { status: 404, body: { status: '404' } },
  },
  {
    name: 'asks for itself, which is nobody',
    request: { method: 'GET', path: '/Me' },
    expect: { status: 501, body: { status: '501' } },
  },
];

const groups: Step[] = [
  {
    name: 'creates a group',
    request: { method: 'POST', path: '/Groups', body: { schemas: [groupSchema], displayName: 'Generic' } },
    expect: { status: 201 },
    keep: { group: 'id' },
  },
  ...patchStep('adds members without a path', group, [{ op: 'add', value: { members: [{ value: '{{gus}}' }] } }], {
    members: [{ value: '{{gus}}' }],
  }),
  ...patchStep(
    'adds and removes by conditions on value and type',
    group,
    [
      { op: 'add', path: `${groupSchema}:members`, value: { value: '{{ida}}', type: 'User' } },
      { op: 'remove', path: 'members[value eq "{{gus}}" and type eq "User"]' },
    ],
    { members: [{ value: '{{ida}}' }] },
  ),
  ...patchStep(
    'puts the group into itself, which is harmless',
    group,
    [{ op: 'add', path: 'members', value: [{ value: '{{group}}', type: 'Group' }] }],
    { displayName: 'Generic' },
  ),
  ...patchStep('removes all members', group, [{ op: 'remove', path: 'members' }], { members: [] }),
  {
    name: 'asks for as many as its language can count',
    request: { method: 'GET', path: '/Groups?startIndex=1&count=2147483647' },
    expect: { status: 200, body: { startIndex: 1 } },
  },
  { name: 'deletes it', request: { method: 'DELETE', path: group }, expect: { status: 204 } },
];

/** What other clients, and the RFC's own examples, send. */
const suite: Suite = { vendor: 'any other directory', headers: { 'user-agent': 'scim' }, steps: [...users, ...groups] };
export default suite;
