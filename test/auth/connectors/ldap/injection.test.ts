import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { DirectoryGuessesTable } from '../../../../src/directory/ldap/sign-in/guess.entity.ts';
import { normaliseAddress } from '../../../../src/accounts/domains/name.ts';
import { fold } from '../../../../src/platform/text/fold.ts';
import { scaled } from '../../../support/scale.ts';
import type { KeptServer } from '../../../support/kept-server.ts';
import { isSlapdHere, type Slapd, startSlapd } from '../../../support/slapd.ts';
import { ldapStage, type LdapStage } from './stage.ts';

/** Whoever signs in here with their own name and the password that everybody has: name → addresses. */
const people: Record<string, string[]> = {
  anna: ['anna@ldap.example.test', 'a.mueller@ldap.example.test'],
  ben: ['ben@ldap.example.test'],
  zoe: ['zoe@ldap.example.test'],
};

describe('what people type at a directory', function () {
  this.timeout(120_000);
  let slapd: Slapd & KeptServer;
  let stage: LdapStage;
  before(async function () {
    if (!isSlapdHere()) this.skip();
    slapd = await startSlapd(); // its own: some of what is typed is a wrong password
    stage = await ldapStage('openldap', slapd, ['ldap.example.test'], { pro: 'Pro', basic: 'Basic', nested: 'Pro' });
    await stage.poll();
  });
  after(async () => {
    await stage?.stop();
    await slapd?.stop();
  });

  const metas = [
    '*',
    '(',
    ')',
    '\\',
    '\0',
    '|',
    '&',
    '=',
    '!',
    '~',
    ',',
    '+',
    '"',
    '<',
    '>',
    ';',
    '#',
    '/',
    ' ',
    '\t',
    '\u0085',
    '\u200b',
    '\u00ad',
    '%00',
    '\\2a',
    '\\00',
    '\ufeff',
    '\u202e',
  ];
  const folding = ['ANNA', 'ａｎｎａ', 'Anna', 'ⓐnna', 'ſ', 'ı', 'İ', 'K', 'ﬁ', 'ß', 'é', 'e\u0301', 'ñ'];
  const filters = [
    '*)(uid=*',
    '*)(objectClass=*))(|(uid=*',
    'anna)(|(uid=*',
    'uid=anna,ou=people,dc=ldap,dc=example,dc=test',
    '(uid=anna)',
    'anna*',
    'an*',
    '\\61nna',
  ];
  const pieces = fc.oneof(
    fc.constantFrom(...Object.keys(people), ...Object.values(people).flat(), ...folding, ...filters),
    fc.constantFrom(...metas),
    fc.string({ unit: 'binary', maxLength: 6 }),
  );
  const typed = fc.array(pieces, { maxLength: 5 }).map((parts) => parts.join(''));
  /** The form would take lone surrogates for something else. */
  const sendable = (text: string): string => text.toWellFormed();

  /** Whose own name or address this is, by the rules of names alone. */
  const meant = (name: string): string | undefined =>
    Object.keys(people).find(
      (one) => fold(one) === fold(name.trim()) || people[one]!.some((address) => normaliseAddress(name) === address),
    );

  it('lets in by every way to write one’s own name', async () => {
    for (const name of ['anna', ' Anna ', 'ANNA@LDAP.EXAMPLE.TEST', 'a.Mueller@ldap.example.test']) {
      const visitor = stage.carillon.visitor();
      const page = await stage.signIn(visitor, 'anna@ldap.example.test', name, slapd.password);
      assert.equal(page.status, 303, name);
    }
  });

  it('security check 24: opens nobody’s session but that of whoever has the name, and is never a fault of ours', async () => {
    const { ground } = stage.carillon.house;
    const sample = fc.asyncProperty(
      typed.map(sendable),
      fc.oneof({ weight: 3, arbitrary: fc.constant(slapd.password) }, { weight: 1, arbitrary: typed.map(sendable) }),
      async (name, password) => {
        await ground.db.write((m) => m.delete(DirectoryGuessesTable, { directoryId: stage.directory.id }));
        const visitor = stage.carillon.visitor();
        const page = await stage.signIn(visitor, 'anna@ldap.example.test', name, password);
        assert.ok([303, 400, 403, 429].includes(page.status), `${page.status}: ${page.text.slice(0, 200)}`);
        if (page.status !== 303) {
          assert.equal(visitor.jar().has('carillon_session'), false);
          return;
        }
        const me = await visitor.followHere(page);
        const who = meant(name);
        assert.ok(who, `a session for ${JSON.stringify(name)}`);
        assert.equal(password, slapd.password);
        assert.match(me.text, new RegExp(people[who]![0]!.replaceAll('.', '\\.')));
      },
    );
    await fc.assert(sample, { numRuns: scaled(150) });
  });
});
