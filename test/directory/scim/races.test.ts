import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import * as fc from 'fast-check';
import { ScimKeyTable } from '../../../src/directory/scim/keys/key.entity.ts';
import { createScimKey, revokeScimKey } from '../../../src/directory/scim/keys/keys.ts';
import { lockRows } from '../../../src/platform/database/lock.ts';
import { rows } from '../../../src/platform/database/run.ts';
import { sql } from '../../../src/platform/database/sql.ts';
import { UserTable } from '../../../src/users/user.entity.ts';
import { until } from '../../support/until.ts';
import { created, groupBody, membersOf, type Reply, type Scim, type Served, serveScim, userBody } from './support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

describeOnEachEngine('SCIM: at the same time', (engine) => {
  let served: Served;
  let scim: Scim;
  before(async () => {
    served = await serveScim();
    scim = served.scim;
  });
  after(() => served.stop());

  const at = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, i) => work(i)));

  it('security check 18: creates one user of a name, and answers 409 to the others', async () => {
    const replies = await at(8, (i) => scim.post('/Users', userBody(i % 2 ? 'twin' : 'TWIN')));
    assert.deepEqual(
      replies.map(({ status }) => status).toSorted((a, b) => a - b),
      [201, 409, 409, 409, 409, 409, 409, 409],
    );
    const again = await scim.post('/Users', userBody('twin'));
    assert.equal(again.status, 409, 'a retry after a lost answer wipes nothing');
    const filter = encodeURIComponent('userName eq "twin@acme.example"');
    assert.equal((await scim.get(`/Users?filter=${filter}`)).body['totalResults'], 1);
  });

  it('creates one group of a name', async () => {
    const replies = await at(8, () => scim.post('/Groups', groupBody('Twins')));
    assert.equal(replies.filter(({ status }) => status === 201).length, 1);
    assert.equal(replies.filter(({ status }) => status === 409).length, 7);
  });

  it('loses no member when 8 connections each add one', async () => {
    const people = await at(8, (i) => created(scim, '/Users', userBody(`adder${i}`)));
    const group = await created(scim, '/Groups', groupBody('Adders'));
    await at(8, (i) => scim.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: people[i] }] }));
    assert.deepEqual(await membersOf(scim, group), people.toSorted());
  });

  it('ends in what some order of the requests would give', async () => {
    const people = await at(3, (i) => created(scim, '/Users', userBody(`serial${i}`)));
    type Change = { kind: 'add' | 'remove' | 'set' | 'put'; who: number[] };
    const change: fc.Arbitrary<Change> = fc.record({
      kind: fc.constantFrom('add', 'remove', 'set', 'put'),
      who: fc.uniqueArray(fc.nat(2), { maxLength: 2 }),
    });
    const idsOf = (who: number[]): string[] => who.map((i) => people[i]!);
    let round = 0;

    const send = (group: string, name: string, { kind, who }: Change): Promise<Reply> => {
      const value = idsOf(who).map((id) => ({ value: id }));
      if (kind === 'put') return scim.put(`/Groups/${group}`, groupBody(name, idsOf(who)));
      if (kind === 'remove') {
        return scim.patch(
          `/Groups/${group}`,
          { op: 'replace', value: { displayName: name } },
          ...idsOf(who).map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
        );
      }
      return scim.patch(`/Groups/${group}`, { op: kind === 'add' ? 'add' : 'replace', path: 'members', value });
    };
    const after = (state: ReadonlySet<string>, { kind, who }: Change): Set<string> => {
      if (kind === 'add') return new Set([...state, ...idsOf(who)]);
      if (kind === 'remove') return new Set([...state].filter((id) => !idsOf(who).includes(id)));
      return new Set(idsOf(who));
    };
    function* outcomes(state: ReadonlySet<string>, left: readonly Change[]): Generator<string> {
      if (left.length === 0) yield [...state].toSorted().join(' ');
      for (let i = 0; i < left.length; i++) yield* outcomes(after(state, left[i]!), left.toSpliced(i, 1));
    }

    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 5 }), async (changes) => {
        const name = `Serial ${++round}`;
        const group = await created(scim, '/Groups', groupBody(name, [people[0]!]));
        const replies = await Promise.all(changes.map((each) => send(group, name, each)));
        for (const reply of replies) assert.ok([200, 204].includes(reply.status), reply.text);
        const state = (await membersOf(scim, group)).join(' ');
        const possible = new Set(outcomes(new Set([people[0]!]), changes));
        assert.ok(possible.has(state), `${state} is none of ${[...possible].join(' | ')}`);
      }),
      { numRuns: 25, seed: 15 },
    );
  });

  it('deactivates in the middle of updates that do not say', async () => {
    const id = await created(scim, '/Users', userBody('middle'));
    const replies = await at(9, (i) =>
      i === 4
        ? scim.patch(`/Users/${id}`, { op: 'replace', value: { active: false } })
        : scim.put(`/Users/${id}`, userBody('middle', { displayName: `name ${i}` })),
    );
    assert.ok(replies.every(({ status }) => status === 200));
    assert.equal((await scim.get(`/Users/${id}`)).body['active'], false);
    const stored = await served.house.ground.db.read.findOneBy(UserTable, { id });
    assert.equal(stored?.epoch, 2, 'one no, whatever else was said');
  });

  // On SQLite units run one after another.
  if (engine === 'postgres') {
    it('waits for the groups of whoever is deleted before it holds the person, as a change of a group does', async () => {
      const { ground } = served.house;
      const id = await created(scim, '/Users', userBody('leaver'));
      const group = await created(scim, '/Groups', groupBody('Left', [id]));
      const held = Promise.withResolvers<void>();
      const changing = ground.db.write(
        async (m) => {
          await lockRows(m, 'directory_groups', [group]);
          await rows(m, sql`SELECT 1`); // nobody waits for the lock itself
          held.resolve();
          const waiting = sql`SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
          await until(async () => (await rows(m, waiting)).length > 0);
          // Were they held already, each would wait for the other until the server undoes one of them, after a second.
          return rows(m, sql`SELECT 1 FROM "users" WHERE "id" = ${id} FOR NO KEY UPDATE NOWAIT`);
        },
        { ...served.acme.scope, beside: true },
      );
      await held.promise;
      const deleting = scim.delete(`/Users/${id}`);
      assert.equal((await changing).length, 1);
      assert.equal((await deleting).status, 204);
      assert.deepEqual(await membersOf(scim, group), []);
    });
  }

  it('refuses a key from its revocation on, also a request whose body was still on its way', async () => {
    const { house, acme, baseUrl } = served;
    const { key, token } = await createScimKey(house.ground, acme.scope, { name: 'leaked' });
    const { hostname, port } = new URL(baseUrl);
    const body = JSON.stringify(userBody('late'));
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (part: Buffer) => (answer += part.toString()));
    socket.write(
      `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n` +
        `Content-Type: application/scim+json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    // The use of the key is noted when it was accepted.
    await until(async () => {
      const row = await house.ground.db.read.findOneBy(ScimKeyTable, { id: key.id });
      return row?.lastUsedAt != null;
    });
    await revokeScimKey(house.ground, acme.scope, key.id);
    assert.equal((await served.as(token).get('/Users')).status, 401);
    const closed = once(socket, 'close');
    socket.write(body.slice(5));
    await closed;
    assert.match(answer, /^HTTP\/1\.1 401 /);
    const filter = encodeURIComponent('userName eq "late@acme.example"');
    assert.equal((await scim.get(`/Users?filter=${filter}`)).body['totalResults'], 0);
  });
});
