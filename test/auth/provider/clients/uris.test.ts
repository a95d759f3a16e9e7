import assert from 'node:assert/strict';
import { faultOfUri } from '../../../../src/auth/provider/clients/uris.ts';

describe('redirect URIs that can be registered', () => {
  const good = {
    web: [
      'https://app.example/callback',
      'https://app.example',
      'https://app.example/',
      'https://app.example:8443/callback?tenant=1',
      'https://xn--bcher-kva.example/cb',
      'https://app.example/a%20b',
    ],
    native: [
      'http://127.0.0.1/callback',
      'http://127.0.0.1:49152/callback',
      'http://[::1]/callback',
      'com.example.app:/callback',
      'https://app.example/native',
    ],
  } as const;
  const bad = {
    web: [
      'http://app.example/callback',
      'http://127.0.0.1/callback',
      'http://localhost/callback',
      'https://app.example/callback#x',
      'https://app.example/callback#',
      'https://user@app.example/callback',
      'https://user:secret@app.example/callback',
      'https://@app.example/callback',
      'https://app.example/a/../callback',
      'https://app.example/a/./callback',
      'https://app.example/a/%2e%2e/callback',
      'https://app.example/a/%2E./callback',
      'https://app.example/a%2fcallback',
      'https://app.example/a%5ccallback',
      'https://app.example/a%252fcallback',
      'https://app.example/a%00',
      'https://app.example/a%0d%0a',
      'https://app.example/a%zz',
      'https://app.example/a\\callback',
      'https:\\\\app.example/callback',
      'https:app.example/callback',
      'https:///app.example/callback',
      'https://*.example/callback',
      'https://app.example/*',
      'https://app.example./callback',
      'https://APP.example/callback',
      'HTTPS://app.example/callback',
      'https://app.example:443/callback',
      'https://bücher.example/callback',
      'https://app.example/ca llback',
      ' https://app.example/callback',
      'https://app.example/callback\n',
      'https://0x7f.1/callback',
      '//app.example/callback',
      '/callback',
      'javascript:alert(1)',
      'data:text/html,x',
      'com.example.app:/callback',
      'about:blank',
      '',
      `https://app.example/${'x'.repeat(1024)}`,
    ],
    native: [
      'http://localhost/callback',
      'http://127.0.0.2/callback',
      'http://192.168.0.1/callback',
      'http://app.example/callback',
      'https://localhost/callback',
      'https://127.0.0.1/callback',
      'http://127.0.0.1@evil.example/callback',
      'http://127.1/callback',
      'http://127.0.0.1.evil.example/callback',
      'myapp:/callback',
      'com.example.app://callback',
      'com.example.app:callback',
      'com.example.app:/callback#x',
      'com.example.app:/a/../callback',
      'javascript:/alert(1)',
      'file:///etc/passwd',
      'urn:ietf:wg:oauth:2.0:oob',
    ],
  } as const;

  for (const kind of ['web', 'native'] as const) {
    it(`are exact, and lead where they seem to (${kind})`, () => {
      for (const uri of good[kind]) assert.equal(faultOfUri(kind, uri), null, uri);
      for (const uri of bad[kind]) assert.equal(typeof faultOfUri(kind, uri), 'string', uri);
    });
  }

  it('may be http on the operator’s own machine, by their word alone', () => {
    const listed = (): boolean => true;
    assert.equal(faultOfUri('web', 'http://127.0.0.1:8080/callback', listed), null);
    assert.equal(faultOfUri('spa', 'http://localhost:8080/callback', listed), null);
    assert.equal(typeof faultOfUri('web', 'http://intranet.example/callback', listed), 'string');
    assert.equal(typeof faultOfUri('native', 'http://localhost:8080/callback', listed), 'string');
  });
});
