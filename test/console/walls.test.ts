import assert from 'node:assert/strict';
import { createAccessKey } from '../../src/access/keys/keys.ts';
import { createOrganisation } from '../../src/accounts/organisations/organisations.ts';
import { createAccount } from '../../src/accounts/accounts/accounts.ts';
import { claimDomain } from '../../src/accounts/domains/domains.ts';
import { DomainTable } from '../../src/accounts/domains/domain.entity.ts';
import { AdministratorTable } from '../../src/access/administrators/administrator.entity.ts';
import { passkeyTables } from '../../src/auth/credentials/factors/factors.entity.ts';
import { inviteAdministrator } from '../../src/access/administrators/manage.ts';
import { administratorPrincipal } from '../../src/access/administrators/principal.ts';
import { createClient } from '../../src/auth/provider/clients/clients.ts';
import { ScimKeyTable } from '../../src/directory/scim/keys/key.entity.ts';
import { authoriseDirectory } from '../../src/directory/ldap/settings/authorise.ts';
import { rows } from '../../src/platform/database/run.ts';
import { Sql } from '../../src/platform/database/sql.ts';
import { InvitationTable } from '../../src/users/invitations/invitation.entity.ts';
import { UserTable } from '../../src/users/user.entity.ts';
import { inputFor } from '../directory/ldap/support.ts';
import { newAdministrator } from '../support/administrator.ts';
import { startFakeAd } from '../support/fake-ad.ts';
import type { Page } from '../support/page.ts';
import { consoleRoutes as routesOf, type Route } from '../support/routes.ts';
import type { Visitor } from '../support/visitor.ts';
import { connected, newAccount, personIn, pushed, verifiedDomain } from './forms.ts';
import { type Running, signedIn, startConsole } from './support.ts';
import { describeOnEachEngine } from '../support/engines.ts';

const open = new Set([
  '/setup',
  '/console/sign-in',
  '/console/sign-in/passkey',
  '/console/sign-in/second',
  '/console/sign-in/enrol',
  '/console/sign-in/enrol/totp',
  '/console/sign-in/enrol/passkey',
  '/console/sign-out',
]);

const fill = (path: string, ids: Record<string, string>): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? assert.fail(`no id for ${name}`));

const send = async (at: Visitor, { method, path }: Route, fields: Record<string, string>): Promise<Page> =>
  method === 'GET' ? at.get(path) : at.followHere(await at.post(path, fields));

/** A request that a directory sent with this key. */
async function requestOf({ house }: Running, keyId: string): Promise<string> {
  const key = (await house.ground.db.read.findOneBy(ScimKeyTable, { id: keyId }))!;
  const seen = house.inspector.begin(key, 'DELETE', new URL('http://x/scim/v2/Users/x'));
  house.inspector.end(seen, { status: 204 });
  await house.inspector.flush();
  return seen.id;
}

/** An invitation that another organisation has open. */
async function invitationIn({ house }: Running, scope: { organisationId: string; accountId: string }): Promise<string> {
  const { organisationId, accountId } = scope;
  const times = { createdAt: 0, expiresAt: 9e15, sentAt: 0, acceptedAt: null, acceptedBy: null, revokedAt: null };
  const address = { address: 'zoe@theirs.example', addressKey: 'zoe@theirs.example' };
  const row = { ...address, ...times, tokenHash: 'x', invitedBy: 'x', sentCount: 1, emailStatus: 'Sent' as const };
  const id = 'their-invitation';
  await house.ground.db.write((m) => m.insert(InvitationTable, { id, organisationId, accountId, ...row }));
  return id;
}

describeOnEachEngine('console: its walls', () => {
  let running: Running;
  let browser: Visitor;
  let mine: string;
  let theirs: Record<string, string>;
  before(async () => {
    running = await startConsole();
    browser = await signedIn(running);
    const { ground } = running.house;
    // Everything that can be named is made in an account that then becomes another organisation's.
    const base = await newAccount(browser, 'Theirs');
    const domainId = await verifiedDomain(running, browser, base, 'theirs.example');
    const scope = await connected(running, browser, base);
    const { users } = await pushed(running, scope, { 'paula@theirs.example': ['Pros'] });
    await (await browser.get(`${base}/groups`)).submit(`${base}/groups`, { groupName: 'Pros', tier: 'Pro' });
    await (await browser.get(`${base}/connection`)).submit(`${base}/connection/keys`, { keyName: 'Okta' });
    await personIn(running, base, users[0]!);
    const wiki = { name: 'Wiki', kind: 'web', redirectUris: ['https://wiki.theirs.example/'] };
    await createClient(running.house, scope.organisationId, wiki);
    const ad = await startFakeAd({ entries: [{ dn: 'DC=fake,DC=example,DC=test', attributes: {} }] });
    const { id: directoryId } = await authoriseDirectory(ground, running.house.ldap, scope, inputFor(ad), null);
    await ad.stop();
    const { read } = ground.db;
    const only = async (table: string) =>
      (await read.query<{ id: string }[]>(`SELECT "id" FROM "${table}"`))[0]?.id ?? '';
    theirs = {
      accountId: scope.accountId,
      domainId,
      directoryId,
      keyId: await only('scim_keys'),
      mappingId: await only('tier_mappings'),
      userId: users[0]!.id,
      identityId: await only('federated_identities'),
      accessKeyId: (await createAccessKey(ground, await newAdministrator(running.house, 'eve'))).key.id,
      clientId: await only('oidc_clients'),
    };
    theirs['invitationId'] = await invitationIn(running, scope);
    theirs['requestId'] = await requestOf(running, theirs['keyId']!);
    const other = await ground.db.write((m) => createOrganisation(m, 'Others'));
    const by = { organisationId: other.id, actorId: null };
    const { administrator } = await inviteAdministrator(ground, by, { userName: 'mallory' });
    await ground.db.write(async (m) => {
      await m.update(AdministratorTable, { id: administrator.id }, { passwordHash: 'x' });
      const principal = await administratorPrincipal(m, administrator.id);
      const { session } = await running.house.sessions.begin(m, principal!, 3_600_000);
      await m.insert(passkeyTables.administrator, {
        id: 'passkey-of-mallory',
        organisationId: other.id,
        holderId: administrator.id,
        credentialId: 'theirs',
        publicKey: 'x',
        counter: 0,
        transports: [],
        name: 'Theirs',
        backedUp: false,
        createdAt: 0,
        lastUsedAt: null,
      });
      theirs['sessionId'] = session.id;
      theirs['administratorId'] = administrator.id;
      theirs['passkeyId'] = 'passkey-of-mallory';
    });
    await ground.db.write(async (m) => {
      for (const table of [
        'accounts',
        'domains',
        'connections',
        'directories',
        'scim_keys',
        'scim_requests',
        'oidc_clients',
        'users',
        'directory_groups',
        'tier_mappings',
        'invitations',
      ]) {
        await rows(m, new Sql([`UPDATE "${table}" SET "organisationId" = `, ''], [other.id]));
      }
    });
    mine = await newAccount(browser, 'Mine');
  });
  after(() => running.stop());

  /** Everything that a route could have changed. */
  async function stored(): Promise<string> {
    const { read } = running.house.ground.db;
    const tables = [
      'accounts',
      'domains',
      'connections',
      'directories',
      'scim_keys',
      'oidc_clients',
      'users',
      'user_causes',
      'tier_mappings',
      'federated_identities',
      'sessions',
      'organisations',
      'administrators',
      'administrator_totps',
      'passkeys',
      'person_totps',
      'person_passkeys',
      'recovery_codes',
      'setup_links',
      'pending_sign_ins',
      'access_keys',
      'invitations',
    ];
    return JSON.stringify(await Promise.all(tables.map((table) => read.query(`SELECT * FROM "${table}"`))));
  }

  const fields = {
    name: 'x',
    helpContact: 'x',
    domain: 'x.example',
    issuer: 'https://x.example',
    clientId: 'x',
    clientSecret: 'x',
    redirect: 'own',
    keyName: 'x',
    groupName: 'Pros',
    tier: 'Basic',
    licence: 'Basic',
    addresses: 'x@x.example',
  };

  it('has routes, each either open or behind the guard', async () => {
    const routes = routesOf(running);
    assert.ok(routes.length > 25);
    for (const route of routes.filter(({ path }) => !open.has(path))) {
      const stranger = running.visitor();
      const { csrf } = await stranger.get('/console/sign-in');
      const before = await stored();
      const answer = await send(stranger, { ...route, path: fill(route.path, theirs) }, { ...fields, csrf });
      assert.equal(answer.title, 'Sign in to the console', route.path);
      assert.equal(await stored(), before, route.path);
    }
  });

  it('answers 404 to another organisation’s ids, and changes nothing', async () => {
    const own = mine.split('/').at(-1) ?? '';
    const csrf = (await browser.get(mine)).fields(`${mine}/name`)['csrf'] ?? '';
    const routes = routesOf(running).filter(({ path }) => path.includes(':'));
    assert.ok(routes.some(({ path }) => path.includes(':administratorId')));
    const before = await stored();
    for (const { method, path } of routes) {
      const foreign = await send(browser, { method, path: fill(path, theirs) }, { ...fields, csrf });
      assert.equal(foreign.status, 404, `${method} ${path}`);
      assert.doesNotMatch(foreign.text, /Theirs|theirs\.example|Pros/);
      if (!path.includes(':accountId') || path.split(':').length === 2) continue;
      const mixed = await send(
        browser,
        { method, path: fill(path, { ...theirs, accountId: own }) },
        { ...fields, csrf },
      );
      assert.equal(mixed.status, 404, `${method} ${path} within an own account`);
    }
    assert.equal(await stored(), before);
    assert.doesNotMatch((await browser.get('/console')).text, /Theirs/);
  });

  it('security check 10: refuses every form without the token, or from another site', async () => {
    const own = { ...theirs, accountId: mine.split('/').at(-1) ?? '' };
    const csrf = (await browser.get(mine)).fields(`${mine}/name`)['csrf'] ?? '';
    const before = await stored();
    for (const { method, path } of routesOf(running)) {
      if (method === 'GET') continue;
      const to = fill(path, own);
      assert.equal((await browser.post(to, fields)).status, 403, path);
      assert.equal((await browser.post(to, { ...fields, csrf }, { origin: 'https://evil.example' })).status, 403, path);
    }
    assert.equal(await stored(), before);
  });

  it('shows what came from outside as text', async () => {
    const name = '"><script>alert(1)</script>';
    const base = await newAccount(browser, name);
    const page = await browser.get(base);
    assert.ok(!page.body.includes('<script'));
    assert.ok(page.text.includes(name));
    const found = await browser.get(`${base}/people?search=${encodeURIComponent(name)}`);
    assert.ok(!found.body.includes('<script'));
    assert.ok(!(await browser.get(`${base}?done=<script>`)).body.includes('<script'));
  });

  it('pages through many people by address', async () => {
    const { ground } = running.house;
    const organisationId = (await browser.get('/console')).text.match(/Organisation (\d{12})/)?.[1] ?? '';
    const account = await createAccount(ground, organisationId, { name: 'Many' });
    const claim = await claimDomain(ground, organisationId, account.id, { domain: 'many.example' });
    await ground.db.write((m) => m.update(DomainTable, { id: claim.id }, { state: 'verified' }));
    const scope = { organisationId, accountId: account.id, connectionId: 'none' };
    const addresses = Array.from({ length: 51 }, (_, i) => `p${String(i).padStart(2, '0')}@many.example`);
    await pushed(
      running,
      scope,
      Object.fromEntries([...addresses, 'o_o@many.example'].map((address) => [address, []])),
    );
    await ground.db.write((m) => m.update(UserTable, { userName: 'p07@many.example' }, { displayName: '50%' }));
    const base = `/console/accounts/${account.id}`;
    const first = await browser.get(`${base}/people`);
    assert.match(first.text, /o_o@many\.example/);
    assert.doesNotMatch(first.text, /p50@/);
    const second = await browser.get(first.link(first.body.match(/after=[\w-]+/)?.[0] ?? ''));
    assert.match(second.text, /p49@many\.example .* p50@many\.example/);
    assert.match(second.text, /First page/);
    assert.doesNotMatch((await browser.get(`${base}/people?search=o_o`)).text, /p00@/);
    assert.match((await browser.get(`${base}/people?search=50%25`)).text, /p07@/);
    assert.doesNotMatch((await browser.get(`${base}/people?search=50%25`)).text, /p50@/);
    assert.match((await browser.get(`${base}/people?search=zzz`)).text, /Nobody matches/);
  });
});
