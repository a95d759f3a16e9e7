import assert from 'node:assert/strict';
import type { LdapClient } from '../../../src/directory/ldap/client/client.ts';
import {
  all,
  any,
  atLeast,
  atMost,
  equals,
  type Filter,
  hasBits,
  inChain,
  not,
  parseFilter,
  present,
} from '../../../src/directory/ldap/client/filters.ts';
import { guidBytes, guidText, sidText } from '../../../src/directory/ldap/ids.ts';
import { baseOf, defaultsOf, kindOf } from '../../../src/directory/ldap/kinds.ts';
import { isSambaHere, needSamba, type Samba } from '../../support/samba.ts';
import { isSlapdHere, needSlapd, type Slapd } from '../../support/slapd.ts';
import { clientAt } from './support.ts';

(isSambaHere() ? describe : describe.skip)('the LDAP client, with Samba AD', () => {
  let samba: Samba;
  let client: LdapClient;
  before(async function () {
    samba = await needSamba(this);
    client = clientAt(samba);
  });
  after(() => client?.close());

  it('tells what it is by its root DSE', async () => {
    const root = await client.rootDse();
    assert.deepEqual([kindOf(root), baseOf(root)], ['samba', samba.baseDn]);
    assert.match(root.highestCommittedUsn ?? '', /^\d+$/);
  });

  it('reads people and groups with the default filters, computers left out', async () => {
    const names = async (filter: string): Promise<string[]> => {
      const found = await client.search({ base: samba.baseDn, filter: parseFilter(filter)!, attributes: ['cn'] });
      return found.map((entry) => entry.text('cn') ?? '');
    };
    const people = await names(defaultsOf.samba.userFilter);
    assert.ok(people.includes('Zoë Müller-Łukasz 東京') && people.includes('Shirley Rodriguez'));
    assert.ok(!people.includes('DC1'));
    assert.ok((await names(defaultsOf.samba.groupFilter)).includes('Chime-Pro'));
  });

  it('finds an entry by the bytes of its objectGUID, and reads binary attributes as bytes', async () => {
    const [alice] = await client.search({
      base: samba.baseDn,
      filter: equals('sAMAccountName', 'alice'),
      attributes: ['objectGUID', 'proxyAddresses', 'description'],
    });
    const id = guidText(alice!.bytes('objectGUID')[0]!);
    const [again] = await client.search({
      base: samba.baseDn,
      filter: equals('objectGUID', guidBytes(id)),
      attributes: ['cn', 'tokenGroups'],
    });
    assert.equal(again?.text('CN'), 'Alice Liddell');
    assert.equal(alice!.texts('proxyaddresses').length, 4);
    assert.deepEqual([alice!.texts('description'), alice!.text('description')], [[], null]);
    const tokens = await client.read(again?.dn ?? '', ['tokenGroups']);
    assert.ok(tokens!.bytes('tokenGroups').every((sid) => (sid[0] === 1 && sid.length === 28) || sid.length === 16));
  });

  it('security check 24: takes nothing in a value for syntax', async () => {
    const odd = 'Back\\slash + "quote" = #1; *';
    const found = await client.search({ base: samba.baseDn, filter: equals('cn', odd), attributes: ['cn'] });
    assert.deepEqual(
      found.map((entry) => entry.text('cn')),
      [odd],
    );
    for (const value of ['*', 'alice)(cn=*', 'a*', '\\2a']) {
      const none = await client.search({
        base: samba.baseDn,
        filter: equals('sAMAccountName', value),
        attributes: ['cn'],
      });
      assert.deepEqual(none, [], value);
    }
    assert.notEqual(await client.read(found[0]!.dn, ['cn']), null);
  });

  it('asks in-chain of one group, and knows an entry that is not there', async () => {
    const [bob] = await client.search({ base: samba.baseDn, filter: equals('cn', 'Bob Builder'), attributes: ['cn'] });
    const pro = `CN=Chime-Pro,OU=Groups,${samba.baseDn}`;
    assert.ok(await client.read(pro, ['cn'], inChain('member', bob!.dn)));
    assert.equal(
      await client.read(`CN=Chime-Basic,OU=Groups,${samba.baseDn}`, ['cn'], inChain('member', bob!.dn)),
      null,
    );
    assert.equal(await client.read(`CN=Nobody,${samba.baseDn}`, ['cn']), null);
  });

  it('reads page by page, with many at once', async () => {
    const read = async (): Promise<number> => {
      let count = 0;
      const filter = any(present('member'), all(equals('objectClass', 'user'), present('mail')));
      for await (const page of client.pages({ base: samba.baseDn, filter, attributes: ['cn'], pageSize: 3 })) {
        assert.ok(page.length <= 3);
        count += page.length;
      }
      return count;
    };
    const counts = await Promise.all(Array.from({ length: 20 }, read));
    assert.ok(counts[0]! > 20);
    assert.deepEqual(new Set(counts).size, 1);
  });

  it('finds few without paging, and says when there are more', async () => {
    const people = { base: samba.baseDn, filter: present('mail'), attributes: ['cn'] };
    assert.equal(await client.session((session) => session.few(people, 3)), null);
    const alice = { ...people, filter: equals('sAMAccountName', 'alice') };
    assert.equal((await client.session((session) => session.few(alice, 3)))?.length, 1);
    assert.deepEqual(await client.session((session) => session.few({ ...alice, filter: equals('cn', '?') }, 3)), []);
  });

  it('proves a password by the entry’s DN, and gives the directory’s reason for a no', async () => {
    const staff = `OU=Staff,${samba.baseDn}`;
    const as = (name: string, password = samba.password) => client.bindAs(`CN=${name},${staff}`, password);
    assert.deepEqual(await as('Alice Liddell'), { accepted: true });
    const subCodes: unknown[] = [];
    for (const name of [
      'Dave Disabled',
      'Erin Locked',
      'Frank Expired Password',
      'Grace Must Change',
      'Heidi Expired Account',
      'Judy No Hours',
    ]) {
      const answer = await as(name);
      subCodes.push(!answer.accepted && [answer.code, answer.subCode]);
    }
    assert.deepEqual(
      subCodes,
      ['533', '775', '532', '773', '701', '530'].map((code) => [49, code]),
    );
    const wrong = await as('Alice Liddell', 'wrong');
    assert.deepEqual(!wrong.accepted && [wrong.code, wrong.subCode], [49, '52e']);
    assert.deepEqual(await as('Alice Liddell'), { accepted: true });
  });

  it('security check 24: sends no empty password and no control character', async () => {
    const alice = `CN=Alice Liddell,OU=Staff,${samba.baseDn}`;
    for (const [dn, password] of [
      ['', ''],
      [alice, ''],
      [alice, 'Passw0rd!\0junk'],
      [`${alice}\0`, 'Passw0rd!'],
      [' ', 'x'],
    ]) {
      const answer = await client.bindAs(dn!, password!);
      assert.equal(answer.accepted, false);
      assert.equal(!answer.accepted && answer.code, null);
    }
  });

  it('finds the disabled by a bit, changes by their number, and the primary group by its SID', async () => {
    const names = async (filter: Filter): Promise<string[]> => {
      const found = await client.search({ base: samba.baseDn, filter, attributes: ['sAMAccountName'] });
      return found.map((entry) => entry.text('sAMAccountName') ?? '');
    };
    const isPerson = present('mail');
    assert.deepEqual(await names(all(isPerson, hasBits('userAccountControl', 2))), ['dave']);
    assert.ok(!(await names(all(isPerson, not(hasBits('userAccountControl', 2))))).includes('dave'));
    const { highestCommittedUsn } = await client.rootDse();
    assert.ok((await names(all(isPerson, atMost('uSNChanged', highestCommittedUsn!)))).includes('alice'));
    assert.deepEqual(await names(all(isPerson, atLeast('uSNChanged', '99999999999'))), []);
    const [prim] = await client.search({
      base: samba.baseDn,
      filter: equals('sAMAccountName', 'prim'),
      attributes: ['objectSid', 'primaryGroupID'],
    });
    const domain = sidText(prim!.bytes('objectSid')[0]!).replace(/-\d+$/, '');
    const tierPrimary = await client.read(`CN=Tier-Primary,OU=Groups,${samba.baseDn}`, ['objectSid']);
    assert.equal(sidText(tierPrimary!.bytes('objectSid')[0]!), `${domain}-${prim!.text('primaryGroupID')}`);
  });

  it('works over StartTLS', async () => {
    const other = clientAt(samba, samba.startTlsUrl);
    assert.equal(kindOf(await other.rootDse()), 'samba');
    other.close();
  });
});

(isSlapdHere() ? describe : describe.skip)('the LDAP client, with OpenLDAP', () => {
  let slapd: Slapd;
  before(async function () {
    slapd = await needSlapd(this);
  });

  for (const how of ['url', 'startTlsUrl'] as const) {
    it(`reads and proves over ${how === 'url' ? 'LDAPS' : 'StartTLS'}`, async () => {
      const client = clientAt(slapd, slapd[how]);
      const root = await client.rootDse();
      assert.deepEqual([kindOf(root), baseOf(root)], ['openldap', slapd.baseDn]);
      const [anna] = await client.search({
        base: slapd.baseDn,
        filter: equals('uid', 'anna'),
        attributes: ['entryUUID', 'cn'],
      });
      assert.match(anna!.text('entryUUID') ?? '', /^[0-9a-f-]{36}$/);
      assert.deepEqual(await client.bindAs(anna!.dn, slapd.password), { accepted: true });
      assert.equal((await client.bindAs(anna!.dn, 'wrong')).accepted, false);
      assert.equal((await client.bindAs(`uid=locked,ou=people,${slapd.baseDn}`, slapd.password)).accepted, false);
      client.close();
    });
  }
});
