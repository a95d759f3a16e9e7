import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import * as fc from 'fast-check';
import { describeOnEachEngine } from '../../support/engines.ts';
import { scaled } from '../../support/scale.ts';
import {
  client,
  created,
  groupBody,
  membersOf,
  type Reply,
  type Scim,
  type Served,
  serveScim,
  userBody,
} from '../scim/support.ts';
import { type Event, isSerial } from './serial.ts';

const people = 5;
const connections = 8;

type Step = {
  kind: 'add' | 'remove' | 'filter' | 'replace' | 'empty' | 'swap' | 'put' | 'name' | 'delete';
  who: number[];
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom<Step['kind'][]>('add', 'remove', 'filter', 'swap') },
    { weight: 12, arbitrary: fc.constantFrom<Step['kind'][]>('replace', 'put', 'empty', 'name') },
    { weight: 1, arbitrary: fc.constant<Step['kind']>('delete') },
  ),
  who: fc.uniqueArray(fc.nat(people - 1), { minLength: 1, maxLength: 3 }),
});

/** The members after a step, on paper. */
function onPaper(members: ReadonlySet<string>, kind: Step['kind'], ids: readonly string[]): ReadonlySet<string> | null {
  const without = (of: readonly string[]): string[] => [...members].filter((id) => !of.includes(id));
  const [first = '', ...others] = ids;
  if (kind === 'delete') return null;
  if (kind === 'name') return members;
  if (kind === 'empty') return new Set();
  if (kind === 'add') return new Set([...members, ...ids]);
  if (kind === 'swap') return new Set([...without([first]), ...others]);
  return new Set(kind === 'replace' || kind === 'put' ? ids : without(ids));
}

describeOnEachEngine('security check 15: members, changed over 8 connections at once', () => {
  let served: Served;
  const ids: string[] = [];
  const agents = Array.from({ length: connections }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  let clients: Scim[] = [];
  before(async () => {
    served = await serveScim();
    for (let i = 0; i < people; i++) ids.push(await created(served.scim, '/Users', userBody(`person${i}`)));
    clients = agents.map((agent) => client(served.baseUrl, served.token, agent));
  });
  after(async () => {
    for (const agent of agents) agent.destroy();
    await served.stop();
  });

  function send(scim: Scim, group: string, name: string, kind: Step['kind'], who: readonly string[]): Promise<Reply> {
    const path = `/Groups/${group}`;
    const value = who.map((id) => ({ value: id }));
    const out = (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` });
    const [first = '', ...others] = value;
    if (kind === 'delete') return scim.delete(path);
    if (kind === 'put') return scim.put(path, groupBody(name, [...who]));
    if (kind === 'name') return scim.patch(path, { op: 'replace', value: { displayName: name } });
    if (kind === 'empty') return scim.patch(path, { op: 'remove', path: 'members' });
    if (kind === 'filter') return scim.patch(path, ...who.map(out));
    if (kind === 'swap') {
      return scim.patch(path, out((first as { value: string }).value), { op: 'add', path: 'members', value: others });
    }
    return scim.patch(path, { op: kind, path: 'members', value });
  }

  it('end in what some serial order gives, and so does every answer', async () => {
    let round = 0;
    let clock = 0;
    const queues = fc.array(fc.array(step, { minLength: 1, maxLength: 3 }), {
      minLength: connections,
      maxLength: connections,
    });
    await fc.assert(
      fc.asyncProperty(queues, fc.subarray([0, 1, 2, 3, 4]), async (all, begin) => {
        const name = `Group ${++round}`;
        const start = begin.map((i) => ids[i]!);
        const group = await created(served.scim, '/Groups', groupBody(name, start));
        const events: Event[] = [];
        await Promise.all(
          all.map(async (queue, connection) => {
            for (const { kind, who } of queue) {
              const given = who.map((i) => ids[i]!);
              const sent = clock++;
              const { status, text } = await send(clients[connection]!, group, name, kind, given);
              assert.ok([200, 204, 404].includes(status), text);
              const done = kind === 'put' ? 200 : 204;
              events.push({
                sent,
                answered: clock++,
                status,
                effect: (members) =>
                  members === null
                    ? { members, status: 404 }
                    : { members: onPaper(members, kind, given), status: done },
              });
            }
          }),
        );
        const gone = (await served.scim.get(`/Groups/${group}`)).status === 404;
        const end = gone ? null : new Set(await membersOf(served.scim, group));
        assert.ok(
          isSerial(new Set(start), events, end),
          `no order of the requests gives ${[...(end ?? ['gone'])].join(' ')}`,
        );
      }),
      { numRuns: scaled(30), seed: 20_260 },
    );
  });

  it('are never lost once they were acknowledged, whatever else comes and goes', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `kept${i}`);
    const kept = await Promise.all(names.map((name) => created(served.scim, '/Users', userBody(name))));
    const group = await created(served.scim, '/Groups', groupBody('Kept', ids));
    await Promise.all(
      clients.map(async (scim, connection) => {
        for (let i = connection; i < kept.length; i += connections) {
          const reply = await send(scim, group, 'Kept', 'add', [kept[i]!]);
          assert.equal(reply.status, 204, reply.text);
          await send(scim, group, 'Kept', i % 2 ? 'filter' : 'remove', [ids[i % people]!]);
        }
      }),
    );
    const members = new Set(await membersOf(served.scim, group));
    assert.deepEqual(
      kept.filter((id) => !members.has(id)),
      [],
    );
    assert.equal(members.size, kept.length, 'and whoever was taken out is not there');
  });

  it('the checker knows an order that cannot be', () => {
    const add = (id: string) => (members: ReadonlySet<string> | null) => ({
      members: new Set([...(members ?? []), id]),
      status: 204,
    });
    const a: Event = { sent: 0, answered: 3, status: 204, effect: add('a') };
    const b: Event = { sent: 1, answered: 2, status: 204, effect: add('b') };
    const clear: Event = { sent: 4, answered: 5, status: 204, effect: () => ({ members: new Set(), status: 204 }) };
    assert.equal(isSerial(new Set(), [a, b], new Set(['a', 'b'])), true);
    assert.equal(isSerial(new Set(), [a, b], new Set(['a'])), false, 'a member was lost');
    assert.equal(isSerial(new Set(), [a, b, clear], new Set(['a'])), false, 'the emptying came last');
    assert.equal(isSerial(new Set(), [{ ...a, status: 404 }], new Set(['a'])), false, 'an answer that no order gives');
  });
});
