import { groupSchema, userSchema } from '../../support.ts';
import type { Step, Suite } from '../run.ts';
import { enterprise, filter, list, look, patchStep } from '../steps.ts';

const create = (name: string, keep: string): Step => ({
  name: `creates ${name}`,
  request: {
    method: 'POST',
    path: '/Users',
    body: {
      schemas: [userSchema, enterprise],
      userName: `${name}@acme.example`,
      externalId: name,
      emails: [{ type: 'work', value: `${name}@acme.example` }],
      roles: [],
    },
  },
  expect: { status: 201 },
  keep: { [keep]: 'id' },
});
const manages = (id: string) => `/Users${filter(`id eq "{{mats}}" and manager eq "${id}"`, '&attributes=id')}`;

const steps: Step[] = [
  create('jyoung', 'elena'),
  create('mats', 'mats'),
  look('finds by an external id without quotes', `/Users${filter('externalId eq jyoung')}`, list({ id: '{{elena}}' })),
  look(
    'finds by an address without quotes',
    `/Users${filter('emails[type eq work].value eq mats@acme.example')}`,
    list({ id: '{{mats}}' }),
  ),
  ...patchStep(
    'sets a manager',
    '/Users/{{mats}}',
    [{ op: 'Add', path: `${enterprise}:manager`, value: [{ $ref: null, value: '{{elena}}' }] }],
    { [enterprise]: { manager: { value: '{{elena}}' } } },
  ),
  look('asks whether somebody is the manager', manages('{{elena}}'), list({ id: '{{mats}}', userName: undefined })),
  look('asks whether another is', manages('{{mats}}'), list()),
  ...patchStep(
    'gives a role by the word that it has for the primary one',
    '/Users/{{mats}}',
    [{ op: 'Add', path: 'roles[primary eq "True"].value', value: 'Buyer' }],
    { roles: [{ primary: true, value: 'Buyer' }] },
  ),
  ...patchStep(
    'gives a role to somebody who has none, its display name first',
    '/Users/{{elena}}',
    ['display', 'type', 'value'].map((part) => ({
      op: 'Add',
      path: `roles[primary eq "True"].${part}`,
      value: `Sales ${part}`,
    })),
    { roles: [{ primary: true, display: 'Sales display', type: 'Sales type', value: 'Sales value' }] },
  ),
  {
    name: 'creates a group',
    request: { method: 'POST', path: '/Groups', body: { schemas: [groupSchema], displayName: 'Buyers' } },
    expect: { status: 201 },
    keep: { group: 'id' },
  },
  look(
    'finds a group without quotes',
    `/Groups${filter('displayName eq Buyers', '&excludedAttributes=members')}`,
    list({ id: '{{group}}' }),
  ),
];

/** Microsoft Entra ID's look-ups: values without quotes, and references that are asked for before they are changed. */
const suite: Suite = {
  vendor: 'Microsoft Entra ID when it looks things up',
  headers: { 'user-agent': undefined },
  steps,
};
export default suite;
