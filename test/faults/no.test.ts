import assert from 'node:assert/strict';
import { sql } from '../../src/platform/database/sql.ts';
import { until } from '../support/until.ts';
import type { Installation, Present } from './installation.ts';
import { type Action, describeDeaths } from './run.ts';
import { noes } from './table.ts';

const isOut = async (at: Installation, person: Present): Promise<boolean> => !(await at.isIn(person));

/** What every no has in common: it is asked of the person, and told to the application. */
const no = (of: Pick<Action<Present>, 'record' | 'again'> & Partial<Action<Present>>): Action<Present> => ({
  prepare: (at) => at.present(),
  act: () => Promise.reject(new Error('a command does it')),
  isDone: isOut,
  inTheEnd: async (at, person) => {
    assert.ok(at.relyingParty.told.includes(person.id), 'the application was told');
    const { refreshToken } = person;
    assert.equal(await at.isActive(refreshToken), false);
    const receipts = await at.read(sql`SELECT "id" FROM "receipts" WHERE "userId" = ${person.id}`);
    assert.equal(receipts.length, 1);
  },
  ...of,
});

const deactivate = (at: Installation, { id }: Present) =>
  at.scim.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });

/** A command says it again, if it finds anything left to do; the server hears of it a moment later. */
const commandAgain =
  (words: (person: Present) => string[], isGone: boolean): Action<Present>['again'] =>
  async (at, person, done) => {
    if (done && isGone) return;
    assert.equal(await at.command(words(person)), 0);
    await until(async () => (await person.visitor.send('/session')).status === 401);
  };

const command = (record: string, words: (person: Present) => string[], isGone: boolean): Action<Present> =>
  no({ record, command: words, again: commandAgain(words, isGone) });

const domainOf = ({ address }: Present): string => address.split('@')[1]!;

describeDeaths('kill -9 at every step of a no', noes, {
  'a deactivation by the directory': no({
    record: 'DeactivateUser',
    act: async (at, person) => (await deactivate(at, person)).status === 200,
    again: async (at, person) => assert.equal((await deactivate(at, person)).status, 200),
  }),
  'a deletion by the directory': no({
    record: 'DeleteUser',
    act: async (at, { id }) => (await at.scim.delete(`/Users/${id}`)).status === 204,
    isDone: async (at, person) => {
      const { status } = await at.scim.get(`/Users/${person.id}`);
      assert.equal(status, (await isOut(at, person)) ? 404 : 200);
      return status === 404;
    },
    again: async (at, { id }, done) => assert.equal((await at.scim.delete(`/Users/${id}`)).status, done ? 404 : 204),
  }),
  'a suspension by the command line': command('SuspendUsers', ({ address }) => ['user', 'suspend', address], false),
  'a group unmapped by the command line': command('DeleteGroups', ({ groupId }) => ['group', 'unmap', groupId], true),
  'a domain removed by the command line': {
    ...command('DeleteDomain', (person) => ['domain', 'remove', domainOf(person)], true),
    prepare: async (at) => at.present({ domain: await at.domain() }),
    isDone: async (at, person) => {
      const held = await at.read(sql`SELECT "id" FROM "domains" WHERE "name" = ${domainOf(person)}`);
      assert.equal(held.length === 0, await isOut(at, person));
      return held.length === 0;
    },
  },
});
