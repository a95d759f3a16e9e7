import assert from 'node:assert/strict';
import { readGroup } from '../../../../src/directory/scim/protocol/group.ts';
import { urn } from '../../../../src/directory/scim/protocol/messages.ts';
import { groupOperations } from '../../../../src/directory/scim/protocol/patch-group.ts';
import { readPatch } from '../../../../src/directory/scim/protocol/patch.ts';
import { presentGroup } from '../../../../src/directory/scim/protocol/present.ts';
import { refused } from './refused.ts';

const user = (value: string) => ({ value, type: 'User' });

describe('SCIM groups, read and shown', () => {
  it('as Okta and Entra send them', () => {
    const schemas = [urn.group, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'];
    assert.deepEqual(readGroup({ schemas, displayName: 'Pro', externalId: 'x', id: 'ignored' }), {
      displayName: 'Pro',
      externalId: 'x',
    });
    assert.deepEqual(readGroup({ displayName: 'Pro', members: [] }).members, []);
    assert.ok(!('members' in readGroup({ displayName: 'Pro', members: null })));
    const members = [
      { value: 'u1', display: null },
      { value: 'u1', type: 'user' },
      { value: 'g1', type: 'Group' },
      { value: 'g2', $ref: 'https://x/scim/v2/Groups/g2' },
      'u2',
    ];
    assert.deepEqual(readGroup({ displayName: 'Pro', members }).members, [
      user('u1'),
      { value: 'g1', type: 'Group' },
      { value: 'g2', type: 'Group' },
      user('u2'),
    ]);
  });

  it('or refused', () => {
    for (const body of [
      {},
      { displayName: '' },
      { displayName: 5 },
      { displayName: 'a', members: [{}] },
      { displayName: 'a', members: [{ value: '' }] },
      { displayName: 'a', members: [{ value: 5 }] },
      { displayName: 'a', members: [{ value: 'x', type: 'Robot' }] },
    ])
      refused('scim.invalidValue', () => readGroup(body));
  });

  it('with members only when they were asked for', () => {
    const about = { id: 'g', createdAt: 0, lastModified: 0, location: 'l', version: 'W/"1"' };
    const shown = presentGroup({ displayName: 'G', externalId: null }, about);
    assert.deepEqual(Object.keys(shown), ['schemas', 'id', 'displayName', 'meta']);
    assert.deepEqual(presentGroup({ displayName: 'G', externalId: null }, { ...about, members: [] })['members'], []);
  });
});

const changes = (...operations: unknown[]) => groupOperations(readPatch({ Operations: operations }));
const removed = (...ids: string[]) => [{ kind: 'removeMembers', ids }];
const rename = { kind: 'rename', displayName: 'X' };

const cases: [string, unknown[], unknown][] = [
  ['Okta: the name, with the id', [{ op: 'replace', value: { id: 'g', displayName: 'X' } }], [rename]],
  [
    'Okta: one goes, one comes',
    [
      { op: 'remove', path: 'members[value eq "u1"]' },
      { op: 'add', path: 'members', value: [{ value: 'u2', display: 'u@x.org' }] },
    ],
    [...removed('u1'), { kind: 'addMembers', members: [user('u2')] }],
  ],
  [
    'Okta: all members',
    [{ op: 'replace', path: 'members', value: [{ value: 'u1' }] }],
    [{ kind: 'replaceMembers', members: [user('u1')] }],
  ],
  ['Okta: nobody', [{ op: 'replace', path: 'members', value: [] }], [{ kind: 'replaceMembers', members: [] }]],
  [
    'Okta: nobody, without a path',
    [{ op: 'replace', value: { members: [], id: 'g', displayName: 'X' } }],
    [{ kind: 'replaceMembers', members: [] }, rename],
  ],
  ['nulls without a path', [{ op: 'replace', value: { members: null, displayName: null } }], []],
  [
    'Entra: adds',
    [{ op: 'Add', path: 'members', value: [{ $ref: null, value: 'u1' }] }],
    [{ kind: 'addMembers', members: [user('u1')] }],
  ],
  [
    'Entra: removes those listed',
    [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'u1' }] }],
    removed('u1'),
  ],
  ['an empty list removes nobody', [{ op: 'remove', path: 'members', value: [] }], []],
  ['the RFC: remove empties', [{ op: 'remove', path: 'members' }], [{ kind: 'removeAllMembers' }]],
  [
    'several ids in one filter',
    [{ op: 'remove', path: 'members[value eq "a" or (value eq "b" and type eq "User") or value eq "a"]' }],
    [...removed('a'), { kind: 'removeMembers', ids: ['b'], type: 'User' }],
  ],
  [
    'a type before an id',
    [{ op: 'remove', path: 'members[type eq "group" and (value eq "a" or value eq "b")]' }],
    [{ kind: 'removeMembers', ids: ['a', 'b'], type: 'Group' }],
  ],
  [
    'two types at once, or one that no member has',
    [
      { op: 'remove', path: 'members[value eq "a" and type eq "User" and type eq "Group"]' },
      { op: 'remove', path: 'members[value eq "a" and type eq "Robot"]' },
    ],
    [],
  ],
  [
    'runs of one type, and of another',
    [
      { op: 'remove', path: 'members[value eq "a" and type eq "User"]' },
      { op: 'remove', path: 'members[value eq "b" and type eq "User"]' },
      { op: 'remove', path: 'members[value eq "c"]' },
    ],
    [{ kind: 'removeMembers', ids: ['a', 'b'], type: 'User' }, ...removed('c')],
  ],
  ['an id with odd characters', [{ op: 'remove', path: 'members[value eq "a]\\"b"]' }], removed('a]"b')],
  ['with an URN', [{ op: 'remove', path: `${urn.group}:members[value eq "a"]` }], removed('a')],
  [
    'adds without a path',
    [{ op: 'add', value: { members: [{ value: 'u1' }] } }],
    [{ kind: 'addMembers', members: [user('u1')] }],
  ],
  [
    'joins a run of the same',
    [
      { op: 'add', path: 'members', value: [{ value: 'a' }] },
      { op: 'add', path: 'members', value: { value: 'b' } },
      { op: 'remove', path: 'members[value eq "c"]' },
      { op: 'remove', path: 'members[value eq "d"]' },
    ],
    [{ kind: 'addMembers', members: [user('a'), user('b')] }, ...removed('c', 'd')],
  ],
  [
    'externalId',
    [
      { op: 'add', path: 'externalId', value: 'e' },
      { op: 'remove', path: 'externalId' },
    ],
    [
      { kind: 'externalId', value: 'e' },
      { kind: 'externalId', value: null },
    ],
  ],
  [
    'Entra: plain values in a list of one',
    [
      { op: 'Replace', path: 'displayName', value: [{ $ref: null, value: 'X' }] },
      { op: 'Add', path: 'externalId', value: [{ $ref: null, value: 'e' }] },
    ],
    [rename, { kind: 'externalId', value: 'e' }],
  ],
  ['unknown names without a path', [{ op: 'replace', value: { nonsense: 1, __proto__: null, meta: {} } }], []],
];

describe('PATCH of a group', () => {
  it('is bounded in changes after joining, and in members named in all', () => {
    const add = { op: 'add', path: 'members', value: [{ value: 'a' }] };
    const remove = { op: 'remove', path: 'members[value eq "a"]' };
    const turns = (length: number) => Array.from({ length }, (_, i) => (i % 2 ? remove : add));
    assert.equal(changes(...turns(200)).length, 200);
    assert.equal(changes(...Array.from({ length: 1000 }, () => add)).length, 1);
    refused('scim.tooLarge', () => changes(...turns(201)), '200 changes');
    const look = { op: 'remove', path: 'members[value sw "a"]' };
    assert.equal(changes(...Array.from({ length: 10 }, () => look)).length, 10);
    refused('scim.tooLarge', () => changes(...Array.from({ length: 11 }, () => look)), '10 removals');
    const half = { ...add, value: Array.from({ length: 50_000 }, (_, i) => ({ value: `m${i}` })) };
    assert.equal(changes(half, half).length, 1);
    refused('scim.tooLarge', () => changes(half, half, remove), '100000 members');
  });

  for (const [what, operations, expected] of cases) it(what, () => assert.deepEqual(changes(...operations), expected));

  it('is refused when it is not understood', () => {
    for (const [code, operation] of [
      ['scim.invalidPath', { op: 'add', path: 'nonsense', value: 1 }],
      ['scim.invalidPath', { op: 'add', path: 'members[value eq "a"]', value: { value: 'b' } }],
      ['scim.invalidFilter', { op: 'remove', path: 'members[value eq]' }],
      ['scim.invalidValue', { op: 'replace', path: 'members', value: null }],
      ['scim.invalidValue', { op: 'replace', path: 'displayName', value: '' }],
      ['scim.mutability', { op: 'remove', path: 'displayName' }],
      ['scim.mutability', { op: 'replace', path: 'members[value eq "a"].display', value: 'x' }],
      ['scim.mutability', { op: 'replace', path: 'id', value: 'x' }],
      ['scim.noTarget', { op: 'remove', value: { members: [] } }],
    ] as const)
      refused(code, () => changes(operation));
  });
});
