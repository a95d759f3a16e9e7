import assert from 'node:assert/strict';
import { Router } from 'express';
import { createCookies } from '../../../../src/platform/http/cookies.ts';
import { createCsrf } from '../../../../src/platform/http/csrf.ts';
import { createPagesApp, formOf } from '../../../../src/platform/http/pages/app.ts';
import { assetsRoute } from '../../../../src/platform/http/pages/assets.ts';
import { html, raw, safeHref } from '../../../../src/platform/http/pages/html.ts';
import { page } from '../../../../src/platform/http/pages/layout.ts';
import { sendPage } from '../../../../src/platform/http/pages/send.ts';
import { createLog } from '../../../../src/platform/log/log.ts';
import { startServer } from '../support.ts';

const publicUrl = 'http://carillon.example';

describe('html', () => {
  it('escapes every value but markup of its own', () => {
    const evil = `<script>"'&`;
    const escaped = '&lt;script&gt;&quot;&#39;&amp;';
    assert.equal(html`<p title="${evil}">${evil}</p>`.text, `<p title="${escaped}">${escaped}</p>`);
    assert.equal(
      html`<i>${['<', html`<b>${evil}</b>`]}${raw('<hr>')}${null}${undefined}${false}${0}</i>`.text,
      `<i>&lt;<b>${escaped}</b><hr>0</i>`,
    );
  });

  it('keeps addresses to paths and http', () => {
    for (const bad of [
      'javascript:alert(1)',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      'data:text/html,x',
      '',
    ]) {
      assert.equal(safeHref(bad), '#', bad);
    }
    for (const good of ['/', '/a?b=c', 'https://idp.example/x']) assert.equal(safeHref(good), good);
  });
});

describe('pages', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  const received: string[] = [];
  before(async () => {
    const csrf = createCsrf({ key: Buffer.alloc(32, 7), cookies: createCookies(publicUrl), publicUrl });
    const router = Router();
    router.get('/', (req, res) => {
      const body = html`<h1>Sign in</h1>
        <form method="post" action="/"><input type="hidden" name="csrf" value="${csrf.token(req, res)}" /></form>`;
      sendPage(res, page({ title: 'Sign <in>', body, narrow: true }));
    });
    router.post('/', (req, res) => {
      received.push(formOf(req).get('email') ?? '');
      sendPage(res, page({ title: 'Thanks', body: html`<h1>Thanks, ${formOf(req).get('email')}</h1>` }));
    });
    router.get('/named/:name', (_req, res) =>
      sendPage(res, page({ title: 'Named', body: html`<h1>Named</h1>` }), { formAction: ['https://idp.example'] }),
    );
    router.get('/bad-policy', (_req, res) =>
      sendPage(res, page({ title: 'x', body: html`` }), { formAction: ['https://x; script-src *'] }),
    );
    const log = createLog({ level: 'silent', destination: { write: () => undefined } });
    const app = createPagesApp({ config: { publicUrl }, csrf, log, routes: [router] });
    server = await startServer({ hot: [assetsRoute], app });
  });
  after(() => server.stop());

  async function form(): Promise<{ cookie: string; token: string }> {
    const answer = await fetch(server.url);
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    return { cookie, token: /name="csrf" value="([^"]+)"/.exec(await answer.text())?.[1] ?? '' };
  }

  const post = (headers: Record<string, string>, fields: Record<string, string>): Promise<Response> =>
    fetch(server.url, { method: 'POST', headers, body: new URLSearchParams(fields), redirect: 'manual' });

  it('are strict, small, not kept, and good HTML', async () => {
    const answer = await fetch(server.url);
    const text = await answer.text();
    const policy = answer.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /form-action 'self'(;|$)/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /base-uri 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(answer.headers.get('referrer-policy'), 'same-origin');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('x-powered-by'), null);
    assert.match(text, /^<!doctype html>/);
    assert.match(text, /<title>Sign &lt;in&gt; · Carillon<\/title>/);
    assert.doesNotMatch(text, / style=|<style|<script>|\son\w+=/);
    const css = await (await fetch(server.url + (/href="([^"]+\.css[^"]*)"/.exec(text)?.[1] ?? ''))).text();
    assert.ok(css.length <= 8192, `style sheet ${css.length}`);
    assert.ok(text.length + css.length <= 15_000);
  });

  it('let a page name where its forms may lead, by origin only', async () => {
    const named = await fetch(`${server.url}/named/x`);
    assert.match(named.headers.get('content-security-policy') ?? '', /form-action 'self' https:\/\/idp\.example(;|$)/);
    assert.equal((await fetch(`${server.url}/bad-policy`)).status, 500);
    await server.metrics.text().then((text) => assert.match(text, /route="\/named\/:name",status="200"/));
  });

  it('take a form from their own browser', async () => {
    const { cookie, token } = await form();
    const own = { cookie, origin: publicUrl, 'sec-fetch-site': 'same-origin' };
    const answer = await post(own, { csrf: token, email: 'ü<@x' });
    const text = await answer.text();
    assert.equal(answer.status, 200);
    assert.match(text, /Thanks, ü&lt;@x/);
    assert.equal(received.pop(), 'ü<@x');
  });

  describe('CSRF', () => {
    let good: { cookie: string; token: string };
    let other: { cookie: string; token: string };
    before(async () => {
      good = await form();
      other = await form();
    });
    const site = 'sec-fetch-site';
    for (const [what, headers, token, status, code] of [
      ['no metadata at all, right token', {}, 'good', 200, ''],
      ['typed by the user', { [site]: 'none' }, 'good', 200, ''],
      ['Origin null, right token', { origin: 'null' }, 'good', 200, ''],
      ['cross-site', { [site]: 'cross-site' }, 'good', 403, 'csrf.foreign'],
      ['same-site, another origin', { [site]: 'same-site' }, 'good', 403, 'csrf.foreign'],
      ['a foreign Origin', { origin: 'https://evil.example' }, 'good', 403, 'csrf.foreign'],
      ['our host with another scheme', { origin: 'https://carillon.example' }, 'good', 403, 'csrf.foreign'],
      [
        'same-origin metadata, foreign Origin',
        { [site]: 'same-origin', origin: 'https://evil.example' },
        'good',
        403,
        'csrf.foreign',
      ],
      ['no token', { [site]: 'same-origin' }, 'none', 403, 'csrf.token'],
      ["another browser's token", { [site]: 'same-origin' }, 'other', 403, 'csrf.token'],
      ['a cut token', { [site]: 'same-origin' }, 'cut', 403, 'csrf.token'],
      ['no cookie', { [site]: 'same-origin', cookie: '' }, 'good', 403, 'csrf.token'],
      ['a planted cookie', { [site]: 'same-origin', cookie: 'carillon_browser=x' }, 'good', 403, 'csrf.token'],
    ] as const) {
      it(`${status}: ${what}`, async () => {
        const tokens: Record<string, string> = {
          good: good.token,
          other: other.token,
          cut: good.token.slice(0, 20),
          none: '',
        };
        const answer = await post(
          { cookie: good.cookie, accept: 'application/json', ...headers },
          { csrf: tokens[token] ?? '' },
        );
        assert.equal(answer.status, status);
        if (code) assert.equal(((await answer.json()) as { code: string }).code, code);
      });
    }

    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      it(`no ${method} passes unchecked`, async () => {
        const headers = { 'content-type': 'application/x-www-form-urlencoded' };
        const answer = await fetch(`${server.url}/nowhere`, { method, headers, body: 'a=b' });
        assert.equal(answer.status, 403);
      });
    }

    it('takes no body but a form, and no large one', async () => {
      const json = await fetch(server.url, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json' },
      });
      assert.equal(json.status, 415);
      assert.equal((await post({ cookie: good.cookie }, { csrf: good.token, x: 'a'.repeat(17_000) })).status, 413);
    });

    it('keeps the cookie that a browser has', async () => {
      assert.deepEqual((await fetch(server.url, { headers: { cookie: good.cookie } })).headers.getSetCookie(), []);
    });
  });

  it('show errors to people, and JSON to programs', async () => {
    const answer = await fetch(`${server.url}/<script>`, { headers: { accept: 'text/html' } });
    const text = await answer.text();
    assert.equal(answer.status, 404);
    assert.match(text, /<h1>Page not found<\/h1>/);
    assert.ok(text.includes(answer.headers.get('x-request-id') ?? '-'));
    assert.doesNotMatch(text, /<script>/);
    const json = await fetch(`${server.url}/nothing`, { headers: { accept: 'application/json' } });
    assert.equal(((await json.json()) as { code: string }).code, 'http.notFound');
    assert.equal((await fetch(`${server.url}/named/%zz`)).status, 400);
  });

  it('serve assets for ever by their hash, and nothing else', async () => {
    const href = /href="(\/assets\/carillon\.css\?v=[^"]+)"/.exec(await (await fetch(server.url)).text())?.[1] ?? '';
    const answer = await fetch(server.url + href);
    assert.match(answer.headers.get('cache-control') ?? '', /immutable/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    const again = await fetch(server.url + href, { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } });
    assert.equal(again.status, 304);
    assert.equal((await fetch(`${server.url}/assets/carillon.css?v=old`)).headers.get('cache-control'), 'no-cache');
    assert.equal((await fetch(`${server.url}/assets/favicon.svg`)).headers.get('content-type'), 'image/svg+xml');
    for (const [name, status] of [
      ['..%2f..%2fpackage.json', 400],
      ['nothing.css', 404],
      ['__proto__', 404],
    ] as const) {
      assert.equal((await fetch(`${server.url}/assets/${name}`)).status, status);
    }
  });
});
