import assert from 'node:assert/strict';
import { Entry } from '../../../../src/directory/ldap/client/entry.ts';
import type { Session } from '../../../../src/directory/ldap/client/session.ts';
import type { Directory } from '../../../../src/directory/ldap/directory.entity.ts';
import { defaultsOf } from '../../../../src/directory/ldap/kinds.ts';
import { walkGroups } from '../../../../src/directory/ldap/sync/groups/walk.ts';
import type { MemberIndex } from '../../../../src/directory/ldap/sync/reader.ts';
import { readMembers, type Stranger } from '../../../../src/directory/ldap/sync/reading/members.ts';
import { shapeOf } from '../../../../src/directory/ldap/sync/reading/shape.ts';

const nobodyKnown: MemberIndex = { known: async () => new Map(), moved: async () => new Map() };

describe('groups that are read beside each other', () => {
  it('are each read once, four at a time at most, and given in their order', async () => {
    const asked: string[] = [];
    let [now, most] = [0, 0];
    const group = async (guid: string) => {
      asked.push(guid);
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      // Each leads to the two below it, and all of them back to the first.
      const nested = ['0', `${2 * Number(guid) + 1}`, `${2 * Number(guid) + 2}`].filter((one) => Number(one) < 40);
      return { group: { guid, dn: `cn=${guid}`, name: guid, members: nested }, nested };
    };
    const found = await walkGroups({ group }, nobodyKnown, ['0']);
    const all = Array.from({ length: 40 }, (_, i) => `${i}`);
    assert.deepEqual(
      found.map(({ guid }) => guid),
      all,
    );
    assert.deepEqual(asked, all);
    assert.equal(most, 4);
  });

  it('have the same member, also while it is found out for one of them who that is', async () => {
    const { userFilter, groupFilter, attributes } = defaultsOf.openldap;
    const shape = shapeOf({ kind: 'openldap', baseDn: 'dc=test', userFilter, groupFilter, attributes } as Directory);
    const dn = 'uid=ada,dc=test';
    const ada = new Entry(dn, [['entryUUID', [Buffer.from('11111111-1111-4111-8111-111111111111')]]]);
    // Each question is answered when it is let go.
    const waiting: (() => void)[] = [];
    const isGroup = (filter: unknown): boolean => filter === shape.groups;
    const session = {
      read: (_dn: string, _attributes: string[], filter: unknown) =>
        new Promise<Entry | null>((resolve) => waiting.push(() => resolve(isGroup(filter) ? null : ada))),
    } as unknown as Session;
    const group = (name: string) => new Entry(`cn=${name},dc=test`, [['member', [Buffer.from(dn)]]]);
    const strangers = new Map<string, Stranger>();
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const first = readMembers(session, shape, group('one'), nobodyKnown, strangers);
    await turn();
    waiting.shift()!(); // the first knows that somebody is there, and asks whether it is a group
    await turn();
    const second = readMembers(session, shape, group('two'), nobodyKnown, strangers);
    for (let i = 0; i < 4; i++) {
      await turn();
      for (const answer of waiting.splice(0)) answer();
    }
    const both = await Promise.all([first, second]);
    const guid = '11111111-1111-4111-8111-111111111111';
    assert.deepEqual(
      both.map(({ members }) => members),
      [[guid], [guid]],
    );
  });
});
