import assert from 'node:assert/strict';
import { keptBody, keptQuery, restore } from '../../../../src/directory/scim/inspector/redact.ts';

const secret = 'hunter2-x';
const keeps = (body: unknown): boolean => JSON.stringify(keptBody(body, 'Users')).includes(secret);

describe('what the inspector keeps of a body', () => {
  it('takes steps in the length of a filter or a path, not in its square', () => {
    // Each of these would take hours with a pattern that tries anew from every character.
    const texts = ['a'.repeat(30_000), 'manager.'.repeat(4_000), 'passw'.repeat(6_000), ' '.repeat(30_000)];
    const forms = [...texts, 'password eq'.repeat(2_900), 'bearer'.repeat(5_000), 'carillon_a'.repeat(3_000)];
    for (const text of forms)
      for (let i = 0; i < 100; i++) {
        keptBody({ path: text }, 'Users');
        keptBody({ filter: text }, 'Users');
        keptQuery(new URLSearchParams({ filter: text }));
      }
    const { body, isCut } = keptBody(
      { path: 'manager.'.repeat(1_000_000), title: 'passw '.repeat(1_000_000) },
      'Users',
    );
    assert.deepEqual([body, isCut], [{ path: '(left out)', title: '(left out)' }, true]);
  });

  it('has no secret, however its path and its name are spelt', () => {
    const bodies = [
      { op: 'replace', path: 'password', value: secret },
      { op: 'replace', path: 'title', PATH: 'password', value: secret },
      { op: 'replace', PATH: 'password', path: 'title', value: secret },
      { op: 'replace', path: ['password'], value: secret },
      { op: 'replace', path: [`password[value eq "${secret}"]`] },
      { op: 'replace', path: { password: secret }, value: secret },
      { op: 'replace', path: 'Password', values: secret },
      { op: 'replace', path: ' urn:x:User:PASSWORD ', Value: secret, more: { deep: [secret] } },
      { path: `password[value eq "${secret}"]` },
      { path: `emails[password eq"${secret}"]` },
      { path: `password[${secret}]` },
      { filter: `not (password \t co "${secret}")` },
      { filter: `title eq "a" and emails[token ne "${secret}"]` },
      { pwd: secret, userPwd: secret, passphrase: secret, Passcode: secret, api_key: secret },
    ];
    for (const body of bodies) {
      assert.ok(!keeps(body), JSON.stringify(body));
      assert.ok(!keeps({ Operations: [body] }), JSON.stringify(body));
    }
    assert.ok(!keptQuery(new URLSearchParams({ filter: `passphrase eq "${secret}"`, pwd: secret })).includes(secret));
  });

  it('has what only speaks of secrets', () => {
    const body = {
      filter: 'displayName eq "The token team" and userName sw "secret"',
      Operations: [{ op: 'replace', path: 'name.givenName', value: 'Ann' }],
    };
    assert.deepEqual(keptBody(body, 'Users'), { body, isCut: false, sent: [] });
  });

  it('tells what was left out from what was sent in the same words', () => {
    const said = '(left out)';
    const gone = Symbol('gone');
    const body = { 7: said, title: said, password: 'x', roles: [said, { value: said, token: 'y' }] };
    const kept = keptBody(body, 'Users');
    assert.equal(kept.isCut, false);
    assert.deepEqual(restore(JSON.parse(JSON.stringify(kept.body)), kept.sent, gone), {
      7: said,
      title: said,
      password: gone,
      roles: [said, { value: said, token: gone }],
    });
  });
});
