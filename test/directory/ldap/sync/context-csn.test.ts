import assert from 'node:assert/strict';
import { suffixOf } from '../../../../src/directory/ldap/client/root-dse.ts';
import { changedSince, isOtherHistory } from '../../../../src/directory/ldap/sync/reading/context-csn.ts';

describe('how far an OpenLDAP directory of several providers has come', () => {
  const csn = (time: string, sid: string): string => `20261122${time}.000001Z#000000#${sid}#000000`;
  const of = (...csns: string[]): string => csns.join(' ');

  it('reads since the last change that was known of the provider that has gone on, however late it is', () => {
    const before = of(csn('220000', '001'), csn('210000', '002'));
    assert.equal(changedSince(before, of(csn('220000', '001'), csn('210500', '002'))), '20261122205959Z');
    assert.equal(changedSince(before, of(csn('220500', '001'), csn('210000', '002'))), '20261122215959Z');
    assert.equal(changedSince(before, before), null);
  });

  it('takes a provider that is new, is gone, or has gone back for another history', () => {
    const before = of(csn('220000', '001'), csn('210000', '002'));
    assert.equal(isOtherHistory(before, before), false);
    assert.equal(isOtherHistory(before, of(csn('220000', '001'), csn('210500', '002'))), false);
    assert.equal(isOtherHistory(before, of(csn('220000', '001'), csn('210000', '002'), csn('220000', '003'))), true);
    assert.equal(isOtherHistory(before, csn('220000', '001')), true);
    assert.equal(isOtherHistory(before, of(csn('215959', '001'), csn('210000', '002'))), true);
  });

  it('asks the longest suffix that a base is in, and none whose name only ends alike', () => {
    const contexts = ['dc=test', 'dc=example,dc=test', 'ple,dc=test'];
    assert.equal(suffixOf('ou=people,DC=Example,dc=test', contexts), 'dc=example,dc=test');
    assert.equal(suffixOf('ou=people,dc=otherple,dc=test', contexts), 'dc=test');
    assert.equal(suffixOf('dc=elsewhere', contexts), null);
  });
});
