import assert from 'node:assert/strict';
import { refusalOf } from '../../../src/directory/ldap/client/client.ts';
import { CarillonError } from '../../../src/platform/errors/errors.ts';
import { equals } from '../../../src/directory/ldap/client/filters.ts';
import { type FakeAd, startFakeAd } from '../../support/fake-ad.ts';
import { clientAt } from './support.ts';

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

  it('a wrong service password is tried once, and not again for a while', async () => {
    const client = clientAt({ ...fake, bindPassword: 'wrong' });
    const before = fake.binds.length;
    for (let times = 0; times < 3; times++) await assert.rejects(client.rootDse(), hasCode('directory.refused'));
    assert.equal(fake.binds.length, before + 1);
    client.close();
  });
});
