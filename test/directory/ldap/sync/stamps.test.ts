import assert from 'node:assert/strict';
import { Entry } from '../../../../src/directory/ldap/client/entry.ts';
import { type Filter, parseFilter } from '../../../../src/directory/ldap/client/filters.ts';
import type { Search, Session } from '../../../../src/directory/ldap/client/session.ts';
import { SessionReader } from '../../../../src/directory/ldap/sync/reading/reader.ts';
import type { Shape } from '../../../../src/directory/ldap/sync/reading/shape.ts';
import { clock } from '../../../../src/platform/clock/clock.ts';

const shape: Shape = {
  changes: 'time',
  hasControl: false,
  base: 'dc=plain',
  users: parseFilter('(objectClass=person)')!,
  groups: parseFilter('(objectClass=group)')!,
  attributes: {
    guid: 'entryUUID',
    mail: 'mail',
    proxies: null,
    displayName: 'displayName',
    givenName: 'givenName',
    surname: 'sn',
    groupName: 'cn',
    member: 'member',
    userName: 'uid',
  },
};

describe('how far a directory has come that says so by its entries alone', () => {
  /** name → when it was changed, as the directory stamped it. */
  let stamps: Map<string, string>;
  let asked: string[];
  beforeEach(() => {
    stamps = new Map([
      ['ada', '20260301120000Z'],
      ['bob', '20260301120005.250Z'],
      ['staff', '20260301115900Z'],
    ]);
    asked = [];
  });
  afterEach(() => clock.reset());

  const entry = (dn: string, values: Record<string, string>): Entry =>
    new Entry(
      dn,
      Object.entries(values).map(([name, value]) => [name, [Buffer.from(value)]] as const),
    );
  const since = (filter: Filter | undefined): string => /modifyTimestamp>=(\w+)/.exec(String(filter))?.[1] ?? '';
  /** A session that knows of nothing but the stamps, and finds entries by them. */
  const session = {
    server: 'ldaps://plain',
    once: async () => [entry('', { namingContexts: 'dc=plain' })],
    read: async () => entry('dc=plain', {}),
    pages: async function* ({ filter }: Search) {
      asked.push(since(filter));
      for (const [name, modifyTimestamp] of stamps) {
        const at = modifyTimestamp.replace(/\.\d+/, '');
        if (at >= since(filter)) yield [entry(`cn=${name}`, { entryUUID: name, modifyTimestamp })];
      }
    },
  } as unknown as Session;
  const reader = () => new SessionReader(session, shape);
  const changed = async (from: Awaited<ReturnType<SessionReader['position']>>): Promise<string[]> => {
    const found: string[] = [];
    for await (const people of reader().changedPeople(from)) found.push(...people.map(({ guid }) => guid));
    return found;
  };

  it('is the last stamp of an entry, whatever our clock says', async () => {
    for (const ms of [0, 400 * 86_400_000]) {
      clock.advance(ms);
      const { position, context } = await reader().position(null);
      assert.deepEqual([position, context], ['20260301120005Z', null]);
    }
  });

  it('is asked for from where it was, with the second before it, and read from there', async () => {
    const before = await reader().position(null);
    stamps.set('cleo', '20260301120006Z');
    asked = [];
    const now = await reader().position(before);
    assert.equal(now.position, '20260301120006Z');
    assert.deepEqual(asked, ['20260301120004Z'], 'not the whole of it');
    assert.deepEqual(await changed(before), ['bob', 'cleo']);
    stamps.set('dan', '20260301120005Z'); // written late, within the grain of the last one
    assert.deepEqual(await changed(now), ['bob', 'cleo', 'dan']);
  });

  it('goes back when the entry that was changed last is gone, or the directory was restored', async () => {
    const before = await reader().position(null);
    stamps.delete('bob');
    assert.equal((await reader().position(before)).position, '20260301120000Z');
  });

  it('is before every change where no entry shows a stamp', async () => {
    stamps = new Map([['ada', '']]);
    assert.equal((await reader().position(null)).position, '19700101000000Z');
  });
});
