import assert from 'node:assert/strict';
import { startTestCarillon, type TestCarillon } from '../../support/carillon.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

const json = { accept: 'application/json' };

/** endpoint → what it says of a client that nobody knows. */
const endpoints: Record<string, { status: number; more: Record<string, string> }> = {
  '/oidc/token': { status: 401, more: { grant_type: 'refresh_token', refresh_token: 'x' } },
  '/oidc/token/introspection': { status: 401, more: { token: 'x' } },
  '/oidc/token/revocation': { status: 401, more: { token: 'x' } },
  '/oidc/par': { status: 401, more: { response_type: 'code' } },
  '/oidc/device/auth': { status: 401, more: { scope: 'openid' } },
};

describeOnEachEngine('ids that no client has', () => {
  let carillon: TestCarillon;
  before(async () => {
    carillon = await startTestCarillon();
  });
  after(() => carillon.stop());

  for (const id of ['\0', 'a\0b', '\u{1F4A9}'.repeat(60), 'x'.repeat(2000), '__proto__', '../..', "' OR 1=1 --"]) {
    it(`are refused like any other: ${JSON.stringify(id.slice(0, 12))}`, async () => {
      const visitor = carillon.visitor();
      for (const [path, { status, more }] of Object.entries(endpoints)) {
        const answer = await visitor.post(path, { client_id: id, client_secret: 'x', ...more }, json);
        assert.equal(answer.status, status, `${path} ${answer.body}`);
        assert.match(answer.body, /"invalid_client"/, path);
      }
      for (const path of ['/oidc/auth', '/oidc/logout']) {
        const query = new URLSearchParams({ client_id: id, response_type: 'code' });
        const answer = await visitor.send(`${path}?${query.toString()}`);
        assert.equal(answer.status, 400, `${path} ${answer.body}`);
      }
    });
  }
});
