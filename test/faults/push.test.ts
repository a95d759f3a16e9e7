import assert from 'node:assert/strict';
import { sql } from '../../src/platform/database/sql.ts';
import { membersOf } from '../directory/scim/support.ts';
import type { Installation, Person, Present } from './installation.ts';
import { type Action, describeDeaths } from './run.ts';
import { pushes } from './table.ts';

const isYes = ({ status }: { status: number }): boolean => status < 300;

const create: Action<string> = {
  record: 'CreateUser',
  prepare: async (at) => at.newName(),
  act: async (at, name) => isYes(await at.scim.post('/Users', at.body(name))),
  isDone: async (at, name) => {
    const filter = encodeURIComponent(`userName eq "${name}@acme.example"`);
    const { totalResults: found } = (await at.scim.get(`/Users?filter=${filter}`)).body;
    const rows = await at.read(sql`SELECT "userId" FROM "user_addresses" WHERE "value" = ${`${name}@acme.example`}`);
    assert.equal(rows.length, found);
    return found === 1;
  },
  again: async (at, name, done) => {
    assert.equal((await at.scim.post('/Users', at.body(name))).status, done ? 409 : 201);
  },
};

const member = (at: Installation, op: 'add' | 'remove', { id, groupId }: Person) =>
  at.scim.patch(
    `/Groups/${groupId}`,
    op === 'add' ? { op, path: 'members', value: [{ value: id }] } : { op, path: `members[value eq "${id}"]` },
  );

const addMember: Action<Person> = {
  record: 'UpdateDirectoryGroup',
  prepare: (at) => at.person({ isMember: false }),
  act: async (at, person) => isYes(await member(at, 'add', person)),
  isDone: async (at, { id, groupId }) => (await membersOf(at.scim, groupId)).includes(id),
  again: async (at, person) => assert.equal((await member(at, 'add', person)).status, 204),
  inTheEnd: async (at, person) => assert.equal(await at.signIn(person, at.visitor()), `${at.url}/me`),
};

const removeMember: Action<Present> = {
  record: 'UpdateDirectoryGroup',
  prepare: (at) => at.present(),
  act: async (at, person) => isYes(await member(at, 'remove', person)),
  isDone: async (at, person) => {
    const isMember = (await membersOf(at.scim, person.groupId)).includes(person.id);
    assert.equal(await at.isIn(person), isMember);
    return !isMember;
  },
  again: async (at, person) => assert.equal((await member(at, 'remove', person)).status, 204),
  inTheEnd: async (at, person) => assert.ok(at.relyingParty.told.includes(person.id), 'the application was told'),
};

describeDeaths('kill -9 at every step of a push', pushes, {
  'the push of a new person': create,
  'the push of a new member': addMember,
  'the push that takes a member away': removeMember,
});
