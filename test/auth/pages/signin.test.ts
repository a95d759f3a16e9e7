import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { ConnectionTable } from '../../../src/auth/connectors/openid/connection.entity.ts';
import { testCompany } from '../../support/company.ts';
import type { Page } from '../../support/page.ts';
import { address, nobody, setStage, type Stage, whoIsIn } from './support.ts';
import { describeOnEachEngine } from '../../support/engines.ts';

/** A page without what differs by the request. */
const bare = (body: string): string => body.replaceAll(/value="[^"]*"/g, 'value');

describeOnEachEngine('auth pages: the sign-in page', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await setStage({ signInRate: 20 });
  });
  afterEach(() => stage.stop());

  it('is one small page with one labelled field, and needs no script', async () => {
    const { status, body, headers } = await stage.carillon.visitor().send('/signin');
    assert.equal(status, 200);
    assert.match(body, /<label for="email">E-mail address<\/label>/);
    assert.match(body, /autocomplete="username"/);
    assert.match(body, /autofocus/);
    assert.doesNotMatch(body, /<script/);
    const css = /href="(\/assets\/carillon\.css[^"]*)"/.exec(body)?.[1] ?? '';
    const style = await stage.carillon.visitor().send(css);
    assert.ok(body.length + style.body.length <= 15_000, `${body.length} + ${style.body.length} bytes`);
    assert.ok(gzipSync(body + style.body).length < 6_000);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /form-action 'self' https: http:;/);
    assert.match(policy, /default-src 'none'/);
    assert.equal(headers.get('cache-control'), 'no-store');
  });

  it('answers alike for every address without a sign-in', async () => {
    // A company that has no way to sign in yet.
    const idle = await testCompany(stage.carillon.house, 'idle.example');
    const { ground } = stage.carillon.house;
    await ground.db.write((m) => m.delete(ConnectionTable, { accountId: idle.scope.accountId }));
    const visitor = stage.carillon.visitor();
    const answers = [];
    for (const email of ['not-an-address', '', 'a@b', `${'x'.repeat(400)}@acme.example`, 'somebody@idle.example']) {
      const { status, body } = await visitor.postFrom('/signin', '/signin', { email });
      answers.push(`${status} ${bare(body)}`);
    }
    assert.equal(new Set(answers).size, 1, answers.join('\n\n'));
    assert.match(answers[0] ?? '', /^400 /);
    assert.match(answers[0] ?? '', /could not find a sign-in for that address/);
    const kept = await visitor.postFrom('/signin', '/signin', { email: '"><script>' });
    assert.match(kept.body, /value="&quot;&gt;&lt;script&gt;"/);
  });

  it('asks for a password where nobody has claimed the domain, known or not', async () => {
    const visitor = stage.carillon.visitor();
    for (const email of ['somebody@other.example', 'ö@ü.example']) {
      const page = await visitor.postFrom('/signin', '/signin', { email });
      assert.equal(page.status, 200);
      assert.equal(page.fields('/signin/own')['email'], email);
    }
  });

  it('answers alike for known and unknown people of a connected domain', async () => {
    const visitor = stage.carillon.visitor();
    for (const email of [address, 'nobody.at.all@acme.example', 'ROSA.ROGUE@ACME.example']) {
      const { status, headers } = await visitor.postFrom('/signin', '/signin', { email });
      assert.equal(status, 303);
      assert.equal(new URL(headers.get('location') ?? '').origin, stage.provider.issuer);
    }
  });

  it('takes forms with the right token from this site alone, and so many a minute', async () => {
    const visitor = stage.carillon.visitor();
    const body = new URLSearchParams({ email: address });
    assert.equal((await visitor.send('/signin', { method: 'POST', body })).status, 403);
    for (let i = 0; i < 20; i++) await visitor.postFrom('/signin', '/signin', { email: 'x@other.example' });
    const late = await visitor.postFrom('/signin', '/signin', { email: address });
    assert.equal(late.status, 429);
    assert.ok(Number(late.headers.get('retry-after')) > 0);
  });

  describe('begun by the provider', () => {
    // oxlint-disable-next-line unicorn/consistent-function-scoping -- the stage is of this block
    const initiate = (path: string, query: Record<string, string>): Promise<Page> =>
      stage.carillon.visitor().send(`/auth/okta${path}?${new URLSearchParams(query).toString()}`);

    it('finds the connection by its issuer, with or without the last slash', async () => {
      for (const iss of [stage.provider.issuer, `${stage.provider.issuer}/`]) {
        const { status, headers } = await initiate('', { iss, login_hint: address });
        assert.equal(status, 303);
        const to = new URL(headers.get('location') ?? '');
        assert.equal(to.searchParams.get('login_hint'), address);
        assert.equal(
          to.searchParams.get('redirect_uri'),
          `${stage.carillon.url}/auth/okta/callback/${stage.company.scope.connectionId}`,
        );
      }
    });

    it('finds the account by the domain of the hint when several have that issuer', async () => {
      const other = await testCompany(stage.carillon.house, 'globex.example', stage.provider);
      const iss = stage.provider.issuer;
      const { headers } = await initiate('', { iss, login_hint: 'x@globex.example' });
      assert.ok(headers.get('location')?.includes(other.scope.connectionId));
      for (const more of [{}, { login_hint: 'x@nowhere.example' }] as Record<string, string>[])
        assert.equal((await initiate('', { iss, ...more })).status, 400);
    });

    it('goes to a page of ours alone', async () => {
      const own = `/${stage.company.scope.connectionId}`;
      const iss = stage.provider.issuer;
      const good = await initiate(own, { iss, target_link_uri: `${stage.carillon.url}/me?tab=devices` });
      assert.equal(good.status, 303);
      const port = new URL(stage.carillon.url).port;
      for (const link of [
        'https://evil.example/me',
        '/me',
        'javascript:alert(1)',
        `${stage.carillon.url}.evil.example/`,
        `http://user@127.0.0.1:${port}/me`,
        `${stage.carillon.url}//evil.example`,
        `${stage.carillon.url}\\@evil.example`,
      ]) {
        const { status, body } = await initiate(own, { iss, target_link_uri: link });
        assert.equal(status, 400, link);
        assert.match(body, /target_link_uri/);
      }
    });

    it('refuses another issuer, none, two, and a connection that is not there', async () => {
      const own = `/${stage.company.scope.connectionId}`;
      assert.equal((await initiate(own, { iss: 'https://other.example' })).status, 400);
      assert.equal((await initiate('', { iss: 'https://other.example' })).status, 400);
      assert.equal((await initiate('', {})).status, 400);
      assert.equal((await initiate('/nothing-here', {})).status, 404);
      const iss = encodeURIComponent(stage.provider.issuer);
      assert.equal((await stage.carillon.visitor().send(`/auth/okta?iss=${iss}&iss=${iss}`)).status, 400);
      assert.deepEqual(await whoIsIn(stage), nobody);
    });
  });
});
