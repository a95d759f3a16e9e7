import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type Demo, startDemo } from '../../deploy/demo/compose.ts';
import { demoPassword } from '../../deploy/demo/people.ts';
import { createClient } from '../../src/auth/provider/clients/clients.ts';
import type { OidcClient } from '../../src/auth/provider/clients/client.entity.ts';
import { makeCertificate } from '../../src/platform/secrets/certificate.ts';
import { activateUser, suspendUser } from '../../src/users/lifecycle/administer.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { type Apache, skipWithoutApache, startApache } from '../support/apache.ts';
import { skipWithoutBrowser, startBrowser } from '../support/browser.ts';
import { testCompany } from '../support/company.ts';
import { databaseAt, describeOnEachEngine } from '../support/engines.ts';
import { testFolder } from '../support/folder.ts';
import { freePorts, portOf } from '../support/port.ts';
import { type RogueProvider, startRogueProvider } from '../support/rogue-provider.ts';
import { until } from '../support/until.ts';

const paula = 'paula.prentice@acme.example';
const ben = 'ben.basset@acme.example';
const rosa = 'rosa.rogue@brook.example';
const guide = new URL('../../docs/administration/applications.md', import.meta.url);

/** The configuration that the guide gives to administrators, word for word but for names and secrets. */
const fromGuide = (): string => {
  const blocks = [...readFileSync(guide, 'utf8').matchAll(/```apache\n(.*?)```/gs)].map(([, block]) => block);
  assert.equal(blocks.length, 2);
  return blocks.join('\n');
};

const shown = ['sub', 'name', 'email', 'account_name', 'tier'];
const files = {
  'index.shtml': `<!doctype html><title>Wiki</title><dl>${shown
    .map((name) => `<dt>${name}</dt><dd id="${name}"><!--#echo var="OIDC_CLAIM_${name}" --></dd>`)
    .join('')}</dl><p id="user"><!--#echo var="REMOTE_USER" --></p>
    <p id="token"><!--#echo var="OIDC_access_token" --></p>`,
  'pro/index.shtml': '<!doctype html><title>Pro</title><p>for Pro</p>',
  'quiet/index.shtml': '<!doctype html><title>Quiet</title><p id="sub"><!--#echo var="OIDC_CLAIM_sub" --></p>',
  'api/index.shtml': 'hello <!--#echo var="REMOTE_USER" -->',
  'signed-out.html': '<!doctype html><title>Bye</title><p>Signed out of the wiki</p>',
};

describeOnEachEngine('Apache with mod_auth_openidc, signing people in through Carillon', function () {
  this.timeout(180_000);
  let demo: Demo;
  let apache: Apache;
  let browser: Browser;
  let provider: RogueProvider;
  let wiki: OidcClient;
  let closeFront: () => Promise<void>;

  before(async function () {
    skipWithoutBrowser(this);
    skipWithoutApache(this);
    const first = await freePorts(4);
    const port = first + 3;
    const ports = { carillon: first, directory: first + 1, provider: first + 2 };
    [browser, provider] = await Promise.all([startBrowser(), startRogueProvider()]);
    const folder = testFolder();
    const databaseUrl = await databaseAt(join(folder, 'carillon.db'));
    demo = await startDemo({ folder, ports, databaseUrl, privateHosts: [`localhost:${port}`, '127.0.0.1'] });
    const { house } = demo.carillon;
    const site = `http://localhost:${port}`;
    const registered = await createClient(house, demo.organisationId, {
      name: 'Wiki',
      kind: 'web',
      redirectUris: [`${site}/oidc/callback`],
      postLogoutRedirectUris: [`${site}/signed-out.html`],
      backchannelLogoutUri: `${site}/oidc/callback?logout=backchannel`,
      scopes: ['openid', 'profile', 'email', 'account'],
    });
    wiki = registered.client;
    const api = await createClient(house, demo.organisationId, {
      name: 'Wiki API',
      kind: 'service',
      introspectsOrganisation: true,
    });
    const front = await startFront(first);
    closeFront = front.close;
    const configuration = fromGuide()
      .replaceAll('API_CLIENT_ID', api.client.id)
      .replaceAll('API_CLIENT_SECRET', api.secret ?? '')
      .replaceAll('CLIENT_ID', wiki.id)
      .replaceAll('CLIENT_SECRET', registered.secret ?? '')
      .replaceAll('PASSPHRASE', 'nine-bells')
      .replace('https://carillon.acme.example/oidc/token/introspection', `${front.url}/oidc/token/introspection`)
      .replaceAll('https://carillon.acme.example', demo.publicUrl)
      .replaceAll('https://wiki.acme.example', site);
    const quiet = '<Location /quiet>\nOIDCPathAuthRequestParams "prompt=none"\n</Location>';
    apache = await startApache({
      port,
      configuration: `${configuration}\nOIDCCABundlePath \${SITE}/ca.pem\n${quiet}`,
      files: { ...files, 'ca.pem': front.certificate },
    });
  });
  after(async () => {
    await browser?.close();
    await apache?.stop();
    await closeFront?.();
    await demo?.stop();
    await provider?.close();
  });

  async function device(): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    return { context, page };
  }

  /** Carillon's sign-in page, and the company's own behind it. */
  async function prove(page: Page, address: string): Promise<void> {
    await page.waitForURL(`${demo.publicUrl}/signin**`);
    await page.getByLabel('E-mail address').fill(address);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${demo.issuer}/**`);
    await page.locator(`input[type=radio][value="${address}"]`).check();
    await page.locator('input[type=password]').fill(demoPassword);
    await page.keyboard.press('Enter');
  }

  const told = (page: Page, id: string): Promise<string> => page.locator(`#${id}`).innerText();
  const signOut = (page: Page): Promise<unknown> =>
    page.goto(`${apache.url}/oidc/callback?logout=${encodeURIComponent(`${apache.url}/signed-out.html`)}`);
  const atWiki = (page: Page, path = '/'): Promise<void> => page.waitForURL(`${apache.url}${path}`);
  /** Agrees, if this is the first time that the person is asked. */
  async function agree(page: Page): Promise<void> {
    await page.waitForURL((url) => url.href === `${apache.url}/` || url.pathname.startsWith('/oidc/interaction/'));
    if (!page.url().startsWith(apache.url)) await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await atWiki(page);
  }
  /** Whether Apache shows its page without asking anybody. */
  const isIn = async ({ request }: Page): Promise<boolean> =>
    (await request.get(`${apache.url}/`, { maxRedirects: 0 })).status() === 200;
  /** What Carillon has told Apache; what its page makes of that differs from version to version. */
  function assertRefused(page: Page, error: string): void {
    const { searchParams } = new URL(page.url());
    assert.equal(searchParams.get('error'), error);
    assert.equal(searchParams.get('iss'), `${demo.publicUrl}/oidc`);
  }
  const callApi = (token: string): Promise<Response> =>
    fetch(`${apache.url}/api/`, { headers: { authorization: `Bearer ${token}` } });

  it('signs in with consent, shows the claims, signs out at both, and does not ask for consent again', async () => {
    const { context, page } = await device();
    const asked: string[] = [];
    page.on('request', (sent) => void asked.push(sent.url()));
    await page.goto(`${apache.url}/`);
    const request = new URL(asked.find((url) => url.startsWith(`${demo.publicUrl}/oidc/auth?`)) ?? '');
    assert.equal(request.searchParams.get('code_challenge_method'), 'S256');
    await prove(page, paula);
    await page.getByRole('heading', { name: 'Allow Wiki?' }).waitFor();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await atWiki(page);
    assert.deepEqual(await Promise.all(['name', 'email', 'account_name', 'tier', 'user'].map((id) => told(page, id))), [
      'Paula Prentice',
      paula,
      'Acme',
      'Pro',
      paula,
    ]);
    assert.match(await told(page, 'sub'), /^[\w-]{16,}$/);
    await page.goto(`${apache.url}/pro/`);
    assert.match(await page.content(), /for Pro/);

    await signOut(page);
    await page.getByRole('heading', { name: 'Sign out?' }).waitFor();
    assert.match(await page.locator('main').innerText(), /Wiki asks/);
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await atWiki(page, '/signed-out.html');
    assert.equal((await page.request.get(`${demo.publicUrl}/session`)).status(), 401, 'out of Carillon too');
    assert.equal(await isIn(page), false);

    await page.goto(`${apache.url}/`);
    await page.waitForURL(`${demo.publicUrl}/signin**`);
    await page.getByLabel('E-mail address').fill(paula);
    await page.keyboard.press('Enter');
    await atWiki(page); // the company knows them still, and they have agreed before
    assert.equal(await told(page, 'tier'), 'Pro');
    await context.close();
  });

  it('ends the session there, and what was handed out, when the directory deactivates the person', async () => {
    const { context, page } = await device();
    await page.goto(`${apache.url}/`);
    await prove(page, ben);
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await atWiki(page);
    assert.equal(await told(page, 'tier'), 'Basic');
    assert.equal((await page.request.get(`${apache.url}/pro/`)).status(), 401, 'a Basic person is not let in there');
    const token = await told(page, 'token');
    const yes = await callApi(token);
    assert.equal(yes.status, 200, apache.log());
    assert.match(await yes.text(), /hello [\w-]{16,}/);
    assert.equal((await callApi('made-up')).status, 401);
    assert.equal(await isIn(page), true);

    const { company } = demo.directory;
    await company.deactivate(company.state().people.find(({ email }) => email === ben)!.id);
    assert.equal((await callApi(token)).status, 401, 'introspection says no at once');
    await until(async () => !(await isIn(page)));
    await page.goto(`${apache.url}/`);
    await page.waitForURL(`${demo.publicUrl}/signin**`);
    await context.close();
  });

  it('ends the session when an administrator suspends the person, and a fresh attempt meets a clear page', async () => {
    const { context, page } = await device();
    await page.goto(`${apache.url}/`);
    await prove(page, paula);
    await agree(page);
    const { ground } = demo.carillon.house;
    const { id, organisationId, accountId } = (await ground.db.read.findOneBy(UserTable, { primaryAddress: paula }))!;
    await suspendUser(ground, { organisationId, accountId }, id, 'administrator');
    await until(async () => !(await isIn(page)));
    await page.goto(`${apache.url}/`);
    await page.getByLabel('E-mail address').fill(paula);
    await page.keyboard.press('Enter'); // the company lets her in, as before
    await page.getByRole('alert').getByText('An administrator has suspended your access.').waitFor();
    assert.equal((await page.request.get(`${demo.publicUrl}/session`)).status(), 401);
    assert.equal(await isIn(page), false);
    await activateUser(ground, { organisationId, accountId }, id);
    await context.close();
  });

  it('prompt=none: comes back signed in without a page, or with login_required', async () => {
    const { context, page } = await device();
    await page.goto(`${apache.url}/quiet/`);
    assertRefused(page, 'login_required');
    assert.equal(await isIn(page), false);
    await page.goto(`${apache.url}/`);
    await prove(page, paula);
    await agree(page);
    await context.clearCookies({ name: 'mod_auth_openidc_session' });
    assert.equal(await isIn(page), false);
    await page.goto(`${apache.url}/quiet/`);
    await atWiki(page, '/quiet/');
    assert.match(await told(page, 'sub'), /^[\w-]{16,}$/);
    await context.close();
  });

  it('refuses a person of another organisation, and Apache says so', async () => {
    Object.assign(provider.subject, { email: rosa });
    const brook = await testCompany(demo.carillon.house, 'brook.example', provider);
    await brook.member('rosa.rogue', 'Pro', provider.subject.sub);
    const { context, page } = await device();
    await page.goto(`${apache.url}/`);
    await page.getByLabel('E-mail address').fill(rosa);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'This application is not for this account' }).waitFor();
    await page.getByRole('button', { name: 'Go back' }).click();
    await page.waitForURL(`${apache.url}/**`);
    assertRefused(page, 'access_denied');
    assert.equal(await isIn(page), false);
    await context.close();
  });
});

/** TLS in front of Carillon, as a proxy is: mod_auth_openidc introspects over https alone. */
async function startFront(to: number): Promise<{ url: string; certificate: string; close: () => Promise<void> }> {
  const identity = makeCertificate(['localhost']);
  const server = createTlsServer(identity, (socket) => {
    const behind = connect(to, '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    for (const [one, other] of [
      [socket, behind],
      [behind, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${portOf(server)}`,
    certificate: identity.cert,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
