import assert from 'node:assert/strict';
import type { Page } from '../support/page.ts';
import type { Visitor } from '../support/visitor.ts';
import { evilAddresses } from '../support/evil-addresses.ts';
import { address, setStage, type Stage } from './pages/support.ts';
import { password } from '../console/support.ts';

/** Every parameter that says where to go next, with everything that would have a browser go elsewhere. */
describe('open redirects', function () {
  this.timeout(60_000);
  let stage: Stage;
  let home: string;
  before(async () => {
    stage = await setStage({ signInRate: 1_000_000 });
    home = stage.carillon.url;
  });
  after(() => stage.stop());

  /** Where a browser would be after this, read as browsers read it. */
  const isOurs = (given: string): boolean => {
    const url = URL.parse(given, `${home}/some/page`);
    return url !== null && url.origin === home && !url.username && !url.password && !url.pathname.startsWith('//');
  };
  function assertOurs({ headers, body }: Page, given: string): void {
    const location = headers.get('location');
    if (location !== null) assert.ok(isOurs(location), `${given} → ${location}`);
    assert.equal(headers.get('refresh'), null, given);
    assert.doesNotMatch(body, /http-equiv="?refresh/i, given);
    for (const [, target = ''] of body.matchAll(/name="target"[^>]*value="([^"]*)"/g))
      assert.ok(isOurs(target), `${given} → ${target}`);
    for (const [, link = ''] of body.matchAll(/<(?:a|form)\s[^>]*?(?:href|action)="([^"]*)"/g))
      assert.ok(isOurs(link.replaceAll('&amp;', '&')), `${given} → ${link}`);
  }

  it('security check 2: there are 60 to try, and each leads elsewhere for somebody', () => {
    const all = new Set(evilAddresses(home, '/me'));
    assert.ok(all.size >= 60, String(all.size));
  });

  it('security check 2: target of the sign-in page leads nowhere else, from the first page to the last redirect', async () => {
    const visitor = stage.carillon.visitor();
    for (const evil of evilAddresses(home, '/me')) {
      assertOurs(await visitor.send(`/signin?target=${encodeURIComponent(evil)}`), evil);
      const sent = await visitor.postFrom('/signin', '/signin', { email: address, target: evil });
      const { url } = await visitor.follow(sent, (location) => location.includes('/callback'));
      const last = await visitor.send(url);
      assert.equal(last.status, 303, evil);
      assertOurs(last, evil);
      assertOurs(await visitor.postFrom('/signin', '/signin', { email: 'x@nowhere.example', target: evil }), evil);
    }
  });

  it('security check 2: target_link_uri of a sign-in that the provider begins is refused', async () => {
    const { provider, company, carillon } = stage;
    for (const evil of evilAddresses(home, '/me')) {
      for (const path of ['/auth/okta', `/auth/okta/${company.scope.connectionId}`]) {
        const query = new URLSearchParams({ iss: provider.issuer, target_link_uri: evil });
        const page = await carillon.visitor().send(`${path}?${query.toString()}`);
        assert.equal(page.status, 400, evil);
        assertOurs(page, evil);
      }
    }
  });

  describe('of the console', () => {
    let browser: Visitor;
    let organisationId: string;
    before(async () => {
      browser = stage.carillon.visitor();
      const page = await browser.get(stage.carillon.setUpLink);
      await page.submit('/setup', { organisationName: 'Acme Group', userName: 'ada', password, again: password });
      organisationId = (await browser.get('/console')).text.match(/Organisation (\d{12})/)?.[1] ?? '';
    });

    it('security check 2: the redirect after a good password or proof of an administrator leads nowhere else', async () => {
      for (const evil of evilAddresses(home, '/console').filter((_, i) => i % 13 === 0)) {
        const visitor = stage.carillon.visitor();
        const { csrf } = await visitor.get('/console/sign-in');
        const typed = { csrf, organisationId, userName: 'ada', password, target: evil };
        const page = await visitor.post('/console/sign-in', typed);
        assert.equal(page.status, 303, evil);
        assertOurs(page, evil);
        const proved = await visitor.postFrom('/console/confirm', '/console/confirm', { password, target: evil });
        assert.equal(proved.status, 303, evil);
        assertOurs(proved, evil);
      }
    });

    it('security check 2: nor do the pages that ask for it', async () => {
      for (const evil of evilAddresses(home, '/console')) {
        const query = `target=${encodeURIComponent(evil)}`;
        assertOurs(await stage.carillon.visitor().send(`/console/sign-in?${query}`), evil);
        assertOurs(await browser.send(`/console/sign-in?${query}`), evil);
        assertOurs(await browser.send(`/console/confirm?${query}`), evil);
        const wrong = { organisationId, userName: 'ada', password: 'wrong', target: evil };
        const form = await stage.carillon.visitor().get('/console/sign-in');
        assertOurs(await form.visitor.post('/console/sign-in', { csrf: form.csrf, ...wrong }), evil);
      }
    });
  });

  it('security check 2: paths that were asked for without a session are no way out either', async () => {
    for (const evil of evilAddresses(home, '/console')) {
      const path = `/console/accounts?x=${encodeURIComponent(evil)}`;
      assertOurs(await stage.carillon.visitor().send(path), evil);
      assertOurs(await stage.carillon.visitor().send(`/oidc/device?user_code=${encodeURIComponent(evil)}`), evil);
      assertOurs(await stage.carillon.visitor().send(`/oidc/logout?x=${encodeURIComponent(evil)}`), evil);
    }
  });
});
