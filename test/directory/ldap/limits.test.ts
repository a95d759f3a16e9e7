import assert from 'node:assert/strict';
import { refusalOf } from '../../../src/directory/ldap/client/client.ts';
import { CarillonError } from '../../../src/platform/errors/errors.ts';
import { equals } from '../../../src/directory/ldap/client/filters.ts';
import { entryMessage, type FakeAd, result, startFakeAd } from '../../support/fake-ad.ts';
import type { Limits } from '../../../src/directory/ldap/client/limits.ts';
import { until } from '../../support/until.ts';
import { clientAt, clientOf } from './support.ts';

const hasCode = (code: string) => (error: unknown) => error instanceof CarillonError && error.code === code;

describe('the LDAP client, with what only Windows does', () => {
  const base = 'DC=fake,DC=example,DC=test';
  const members = Array.from({ length: 4_001 }, (_, i) => `CN=M${i},${base}`);
  let fake: FakeAd;
  before(async () => {
    fake = await startFakeAd({
      entries: [
        { dn: `CN=Big,${base}`, attributes: { objectClass: ['group'], cn: ['Big'], member: members } },
        { dn: `CN=Small,${base}`, attributes: { objectClass: ['group'], cn: ['Small'], member: members.slice(0, 2) } },
        ...members.slice(0, 7).map((dn, i) => ({ dn, attributes: { objectClass: ['user'], cn: [`M${i}`] } })),
      ],
      people: {
        [`cn=m0,${base}`.toLowerCase()]: { password: 'right' },
        ...Object.fromEntries(
          ['525', '52e', '530', '531', '532', '533', '701', '773', '775'].map((subCode) => [
            `cn=${subCode}`,
            { subCode },
          ]),
        ),
      },
    });
  });
  after(() => fake.stop());
  afterEach(() => fake.set({ emptyPages: false, silentAfter: Infinity, dropAt: 0, range: 1_500 }));

  it('follows ranges of 1,500 values to the last one, in a read and in a search', async () => {
    const client = clientAt(fake);
    const big = await client.read(`CN=Big,${base}`, ['member']);
    assert.deepEqual(big?.texts('member'), members);
    const groups = await client.search({ base, filter: equals('objectClass', 'group'), attributes: ['member'] });
    assert.deepEqual(
      groups.map((entry) => entry.texts('member').length),
      [4_001, 2],
    );
    client.close();
  });

  it('reads to the end although pages are empty', async () => {
    fake.set({ emptyPages: true });
    const client = clientAt(fake);
    const sizes: number[] = [];
    for await (const page of client.pages({
      base,
      filter: equals('objectClass', 'user'),
      attributes: ['cn'],
      pageSize: 3,
    })) {
      sizes.push(page.length);
    }
    assert.deepEqual(sizes, [3, 0, 3, 0, 1]);
    client.close();
  });

  it('takes an answer that was cut short for no answer', async () => {
    const other = await startFakeAd({ entries: [{ dn: `CN=A,${base}`, attributes: { cn: ['A'] } }], cutAfter: 1 });
    const client = clientAt(other);
    const error = await client.search({ base, attributes: ['cn'] }).catch((thrown: unknown) => thrown);
    assert.ok(hasCode('directory.refused')(error));
    assert.equal(refusalOf(error)?.code, 4);
    client.close();
    await other.stop();
  });

  it('tells every reason that Active Directory gives', async () => {
    const client = clientAt(fake);
    for (const subCode of ['525', '52e', '530', '531', '532', '533', '701', '773', '775']) {
      const answer = await client.bindAs(`cn=${subCode}`, 'x');
      assert.equal(!answer.accepted && answer.subCode, subCode);
    }
    assert.equal((await client.bindAs(`CN=M0,${base}`, 'right')).accepted, true);
    client.close();
  });

  it('a server that stops answering ends the call, and the connection', async () => {
    fake.set({ silentAfter: 0 });
    const client = clientAt(fake, fake.url, { limits: { answerMs: 300 } });
    await assert.rejects(client.search({ base, attributes: ['cn'] }), hasCode('directory.unavailable'));
    client.close();
  });

  it('a connection that is dropped in the middle is made anew, for what may be repeated', async () => {
    fake.set({ dropAt: 2 });
    const client = clientAt(fake, fake.url, { limits: { awayMs: 0 } });
    const found = await client.search({ base, filter: equals('objectClass', 'user'), attributes: ['cn'], pageSize: 3 });
    assert.equal(found.length, 7);
    fake.set({ dropAt: 2 });
    const half = async (): Promise<void> => {
      for await (const page of client.pages({ base, attributes: ['cn'], pageSize: 3 })) assert.equal(page.length, 3);
    };
    await assert.rejects(half(), hasCode('directory.unavailable'));
    client.close();
  });

  it('a server that binds nobody at the moment is no wrong service password: the other one is asked', async () => {
    const starting = await startFakeAd();
    for (const code of [1, 8, 51, 52, 53, 80]) {
      starting.set({ serviceBind: code });
      const servers = [starting, fake].map(({ host, url }) => ({ host, at: url }));
      const client = clientOf(servers, { ...fake, ca: `${starting.ca}\n${fake.ca}` });
      assert.equal((await client.rootDse()).dnsHostName, 'dc1.fake.example.test');
      client.close();
    }
    for (const code of [32, 34, 48, 49]) {
      starting.set({ serviceBind: code });
      const client = clientAt(starting);
      await assert.rejects(client.rootDse(), hasCode('directory.refused'));
      client.close();
    }
    await starting.stop();
  });

  it('a wrong service password is tried once, and not again for a while', async () => {
    const client = clientAt({ ...fake, bindPassword: 'wrong' });
    const before = fake.binds.length;
    for (let times = 0; times < 3; times++) await assert.rejects(client.rootDse(), hasCode('directory.refused'));
    assert.equal(fake.binds.length, before + 1);
    client.close();
  });

  describe('from a directory that means harm', () => {
    const one = (id: number, values: [string, string[]][] = []) => entryMessage(id, `CN=A,${base}`, values);
    const ended = (id: number, cookie: string) => result(id, 0x65, 0, '', cookie);
    afterEach(() => fake.set({ sends: undefined }));
    const refusedBy = async (
      sends: (id: number, attributes: readonly string[]) => Buffer,
      limits: Partial<Limits> = {},
    ): Promise<void> => {
      fake.set({ sends });
      const client = clientAt(fake, fake.url, { limits: { ...limits, awayMs: 0 } });
      const search = client.search({ base, attributes: ['member'], pageSize: 3 });
      await assert.rejects(search, hasCode('directory.unavailable'));
      client.close();
    };

    it('takes no more entries of a page than it asked for', () =>
      refusedBy((id) => Buffer.concat([one(id), one(id), one(id), one(id), ended(id, '')])));

    it('follows no empty page that leads to itself, and no more pages than there can be', async () => {
      await refusedBy((id) => ended(id, 'again'));
      await refusedBy((id) => Buffer.concat([one(id), ended(id, 'again')]), { pages: 5 });
      await refusedBy((id) => Buffer.concat([one(id), ended(id, 'again')]), { entries: 5 });
      await refusedBy((id) => Buffer.concat([one(id), ended(id, 'again')]), { found: 5 });
    });

    it('spends no more time on a search than there is, however quick each page', () =>
      refusedBy((id) => Buffer.concat([one(id), ended(id, `next${id}`)]), { searchMs: 50 }));

    it('follows no range that does not go on, or has no end', async () => {
      const ranged = (option: string, values: string[]) => (id: number) =>
        Buffer.concat([one(id, [[option, values]]), ended(id, '')]);
      await refusedBy(ranged('member;range=0-0', ['x']));
      await refusedBy(ranged('member;range=0-9', []));
      const endless = (id: number, [asked = '']: readonly string[]): Buffer => {
        const from = /=(\d+)-/.exec(asked)?.[1] ?? '0';
        return ranged(`member;range=${from}-${from}`, ['x'])(id);
      };
      await refusedBy(endless, { values: 20 });
      const many = Array.from({ length: 20 }, (_, i): [string, string[]] => [`a${i};range=0-0`, ['x']]);
      await refusedBy((id) => Buffer.concat([one(id, many), ended(id, '')]));
    });

    it('makes nothing of a message with countless values, one that is too long, and one whose parts overlap', async () => {
      const countless = Buffer.alloc(1_200_000);
      for (let i = 0; i < countless.length; i += 2) countless[i] = 0x04;
      const length = (of: Buffer): Buffer => {
        const size = Buffer.alloc(5, 0x84);
        size.writeUInt32BE(of.length, 1);
        return size;
      };
      const element = (tag: number, ...parts: Buffer[]): Buffer => {
        const body = Buffer.concat(parts);
        return Buffer.concat([Buffer.of(tag), length(body), body]);
      };
      const entryOf = (id: number, values: Buffer): Buffer =>
        element(
          0x30,
          Buffer.of(0x02, 1, id),
          element(
            0x64,
            element(0x04),
            element(0x30, element(0x30, element(0x04, Buffer.from('cn')), element(0x31, values))),
          ),
        );
      await refusedBy((id) => entryOf(id, countless));
      await refusedBy((id) => entryOf(id, Buffer.of(0x04, 0x40, 0x41)));
      await refusedBy((id) => Buffer.concat([one(id, [['member', ['x'.repeat(5_000)]]]), ended(id, '')]), {
        answerBytes: 5_000,
      });
    });

    it('security check 25: never looks for the end of what is no sequence, of lengths below zero, and of values that are not there', async () => {
      const element = (tag: number, ...parts: Buffer[]): Buffer => {
        const body = Buffer.concat(parts);
        return Buffer.concat([Buffer.of(tag, body.length), body]);
      };
      const text = (value = ''): Buffer => element(0x04, Buffer.from(value));
      const back = Buffer.of(0x04, 0x84, 0xff, 0xff, 0xff, 0xf8); // a text of minus 8 bytes
      const beyond = Buffer.of(0x31, 0x10, 0x04, 0x7f, 0x41); // a value of which one byte is there
      const control = element(0x30, text('1.2.840.113556.1.4.319'), text(), element(0x04, back));
      const done = element(0x65, element(0x0a, Buffer.of(0)), text(), text());
      const inside = element(0x65, element(0x0a, Buffer.of(0)), text(), text(), element(0xa0, element(0x04, back)));
      const parts: Buffer[][] = [
        [element(0x64, text(), element(0x04, Buffer.of(0x30, back.length), back))],
        [element(0x64, text(), element(0x30, element(0x04, text('cn'), beyond)))],
        [element(0x64, text(), element(0x30, element(0x30, text('cn'), element(0x31), element(0x31, text(), back))))],
        [element(0x64, text()), element(0xa0, element(0x30, text(), element(0x04, back)))],
        [done, element(0xa0, element(0x04, back))],
        [done, element(0xa0, control)],
        [inside],
      ];
      for (const some of parts) {
        await refusedBy((id) => Buffer.concat([element(0x30, Buffer.of(0x02, 1, id), ...some), ended(id, '')]));
      }
    });

    it('ends at once when it is stopped, whatever the directory does', async () => {
      fake.set({ silentAfter: 0 });
      const client = clientAt(fake);
      const stopping = new AbortController();
      const reading = client.session((session) => session.search({ base, attributes: ['cn'] }), stopping.signal);
      await until(() => fake.searches() > 0);
      stopping.abort();
      await assert.rejects(reading, hasCode('directory.unavailable'));
      client.close();
    });
  });
});
