import assert from 'node:assert/strict';
import { describeOnEachEngine } from '../support/engines.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDns, type DnsServer } from '../../deploy/demo/dns/dns.ts';
import { connectionOf } from '../../src/auth/connectors/openid/settings.ts';
import { secretPlace } from '../../src/auth/connectors/openid/provider.ts';
import { testFolder } from '../support/folder.ts';
import { startRogueProvider } from '../support/rogue-provider.ts';
import { goesOut, isIn, signIn, type Stage, startStage } from './support.ts';

describeOnEachEngine('the commands for organisations, accounts, domains and connections', () => {
  let stage: Stage;
  let dns: DnsServer;
  beforeEach(async () => {
    dns = await startDns();
    stage = await startStage({
      dnsResolvers: [dns.address],
      dnsAuthoritative: [dns.address],
      outboundPrivateHosts: ['127.0.0.1'],
    });
  });
  afterEach(async () => {
    await stage.stop();
    await dns.close();
  });

  it('list, show, create and rename organisations', async () => {
    const { json, call, run, company } = stage;
    const { id } = await json('organisation show');
    assert.equal(id, company.scope.organisationId);
    const renamed = await call(['organisation', 'rename', 'Acme Group', '--json']);
    assert.deepEqual(renamed.json(), { id, name: 'Acme Group' });
    const made = (await call(['organisation', 'create', 'Beta Ltd', '--administrator', 'bea', '--json'])).json();
    assert.match(made.setUpLink, /\/setup\?token=[\w-]{43}$/);
    assert.match(made.id, /^\d{12}$/);
    assert.deepEqual(
      (await json('organisation list')).organisations.map(({ name }: { name: string }) => name),
      ['Acme Group', 'Beta Ltd'],
    );
    const open = await run('account list');
    assert.equal(open.status, 2);
    assert.match(open.stderr, new RegExp(`${id} \\(Acme Group\\).*${made.id} \\(Beta Ltd\\)`));
    assert.equal((await call(['account', 'list', '--organisation', 'beta ltd', '--json'])).json().accounts.length, 0);
    assert.equal((await call(['organisation', 'rename', ' ', '--organisation', id, '--json'])).error().field, 'name');
    assert.equal((await run('account list --organisation 999999999999')).status, 3);
  });

  it('keep what is another organisation’s out of reach', async () => {
    const { call, company } = stage;
    const ada = await company.person('ada');
    const other = (await call(['organisation', 'create', 'Beta', '--json'])).json().id;
    for (const words of [
      ['account', 'show', company.scope.accountId],
      ['user', 'suspend', ada.id, '--yes'],
      ['group', 'list', '--account', company.scope.accountId],
      ['domain', 'remove', 'acme.example', '--yes', '--account', company.scope.accountId],
    ]) {
      const { status } = await call([...words, '--organisation', other]);
      assert.equal(status, 3, words.join(' '));
    }
  });

  it('list accounts by prefix and by a person’s address; show what is left to do', async () => {
    const { json, run, call, company } = stage;
    await company.person('ada');
    await call(['account', 'create', 'Beta Ltd']);
    const names = async (words: string): Promise<string[]> =>
      (await json(words)).accounts.map(({ name }: { name: string }) => name);
    assert.deepEqual(await names('account list'), ['Acme', 'Beta Ltd']);
    assert.deepEqual(await names('account list --name Be'), ['Beta Ltd']);
    assert.deepEqual(await names('account list --user-email Ada@Acme.example'), ['Acme']);
    assert.deepEqual(await names('account list --user-email eve@acme.example'), []);
    const shown = await json('account show Acme');
    assert.deepEqual([shown.type, shown.people, shown.verifiedDomains], ['EnterpriseOIDC', 1, 1]);
    assert.match((await run('account show Acme')).stdout, /Left to do +Create a SCIM access key.*; Give a group/);
    const { stdout } = await run('account list --name Nobody');
    assert.equal(stdout, '');
  });

  it('refuse an account the name of another, also of any number at once, and let it keep its own', async () => {
    const { json, call } = stage;
    const at = (...words: string[]) => call([...words, '--json']);
    const all = await Promise.all(['Beta', 'BETA', 'beta ', 'Beta'].map((name) => at('account', 'create', name)));
    assert.equal(all.filter(({ status }) => status === 0).length, 1);
    for (const { status, error } of all)
      if (status !== 0) assert.deepEqual([status, error().code], [1, 'account.nameTaken']);
    assert.equal((await at('account', 'rename', 'Beta', 'acme')).error().code, 'account.nameTaken');
    assert.equal((await at('account', 'rename', 'Beta', 'bEtA')).status, 0);
    const other = (await at('organisation', 'create', 'Other')).json().id;
    assert.equal((await at('account', 'create', 'Acme', '--organisation', other)).status, 0);
    await at('organisation', 'delete', other, '--yes');
    const { accounts } = await json('account list');
    assert.deepEqual(
      accounts.map(({ name }: { name: string }) => name),
      ['Acme', 'bEtA'],
    );
  });

  it('claim a domain, verify it, and remove it: that says how many it puts out', async () => {
    const { json, run, company, house } = stage;
    const claimed = await json('domain claim Beta.example');
    assert.equal(claimed.name, 'beta.example');
    assert.equal(claimed.status, 'pending');
    const absent = await run('domain verify beta.example --json');
    assert.equal(absent.status, 1);
    assert.equal(absent.json().lastOutcome, 'absent');
    assert.match(absent.stderr, /Resolver.*No TXT record/);
    dns.set(claimed.record.name, [claimed.record.value]);
    assert.equal((await json('domain verify beta.example')).status, 'verified');
    assert.equal((await json('domain list')).domains.length, 2);
    assert.equal((await json('domain show BETA.example')).record.value, claimed.record.value);
    assert.equal((await run('domain claim localhost')).status, 1, 'refused by the same rule as on the page');

    const token = await signIn(house, await company.member('ada', 'Pro'));
    const refused = await run('domain remove acme.example');
    assert.equal(refused.status, 4);
    assert.match(refused.stderr, /acme\.example will be removed from Acme\. This puts out 1 person/);
    assert.ok(await isIn(house.sessions, token));
    assert.equal((await json('domain remove acme.example --yes')).putOut, 1);
    await goesOut(house.sessions, token);
    assert.equal((await run('domain show acme.example')).status, 3);
  });

  it('set a connection with its secret from a file, standard input or the environment, and never show it', async () => {
    const { json, call, run, company, house } = stage;
    const provider = await startRogueProvider();
    const { issuer, clientId, clientSecret } = provider;
    const { ground } = house;
    const stored = async (): Promise<string> => {
      const connection = await connectionOf(ground.db.read, company.scope.accountId);
      return ground.seal.unseal(connection!.clientSecret, secretPlace(connection!.id));
    };
    const set = ['connection', 'set', '--issuer', issuer, '--client-id', clientId];
    try {
      const without = await call([...set, '--json']);
      assert.equal(without.status, 2);
      assert.equal(without.error().code, 'cli.secretNeeded');
      const file = join(testFolder(), 'secret');
      writeFileSync(file, `${clientSecret}\n`);
      for (const [words, around] of [
        [['--secret-file', file], {}],
        [['--secret-file', '-'], { input: `${clientSecret}-2\n` }],
        [['--secret-env', 'OKTA'], { env: { OKTA: `${clientSecret}-3` } }],
        [['--client-id', `${clientId}-4`], { answers: [`${clientSecret}-4`] }],
      ] as const) {
        const ran = await call([...set, ...words, '--json'], { ...around } as never);
        assert.equal(ran.status, 0, ran.stderr);
        assert.ok(!`${ran.stdout}${ran.stderr}`.includes(clientSecret));
        assert.equal(ran.json().issuer, issuer);
      }
      assert.equal(await stored(), `${clientSecret}-4`);
      const kept = await call(['connection', 'set', '--redirect', 'own']);
      assert.equal(kept.status, 0, kept.stderr);
      assert.equal(await stored(), `${clientSecret}-4`, 'kept while issuer and client stay');
      for (const [words, code] of [
        [['--secret-file', '/nowhere'], 'cli.secretUnreadable'],
        [['--secret-env', 'NOWHERE'], 'cli.secretUnreadable'],
      ] as const) {
        assert.equal((await call([...set, ...words, '--json'])).error().code, code);
      }
      const shown = await json('connection show');
      assert.ok(!JSON.stringify(shown).includes(clientSecret));
      assert.match(shown.scimBaseUrl, /\/scim\/v2$/);
      assert.ok((await json('connection check')).provider.tokenEndpoint);
    } finally {
      await provider.close();
    }
    const gone = await run('connection check --json');
    assert.equal(gone.status, 1);
    assert.equal(gone.error().code, 'connection.discoveryFailed');
  });

  it('make a SCIM key, which is shown once, list and revoke it', async () => {
    const { json, run, call } = stage;
    const made = await json('scim-key create Okta');
    assert.match(made.key, /^carillon_scim_/);
    const { scimKeys } = await json('scim-key list');
    assert.deepEqual(Object.keys(scimKeys[0]), [
      'id',
      'accountId',
      'connectionId',
      'name',
      'createdAt',
      'lastUsedAt',
      'expiresAt',
    ]);
    assert.ok(!JSON.stringify(scimKeys).includes(made.key));
    const next = await json('scim-key rotate okta --overlap 1 --name Next --expires 2999-12-31');
    assert.match(next.key, /^carillon_scim_/);
    assert.deepEqual([next.name, next.expiresAt], ['Next', '3000-01-01T00:00:00.000Z']);
    assert.equal(next.replaces.id, made.id);
    assert.ok(Date.parse(next.replaces.expiresAt) > Date.now());
    const refused = await call(['scim-key', 'rotate', 'Okta', '--overlap', '9999', '--json']);
    assert.equal(refused.error().code, 'scimKey.overlapInvalid');
    assert.equal((await run('scim-key revoke Next --yes')).status, 0);
    assert.equal((await run('scim-key revoke okta')).status, 4);
    const revoked = await call(['scim-key', 'revoke', made.id, '--yes']);
    assert.match(revoked.stdout, /Okta was revoked/);
    assert.match((await run('scim-key list')).stderr, /no SCIM access key yet/);
    assert.equal((await run('scim-key revoke Okta --yes')).status, 3);
  });

  it('list the trail by account and event, as lines and as one document', async () => {
    const { json, run } = stage;
    const { Records } = await json('trail list --event CreateAccount --account Acme');
    assert.equal(Records.length, 1);
    assert.equal((await json('trail --event CreateAccount')).Records.length, 1, 'list is what the noun alone does');
    const lines = (await run('trail --lines --limit 2')).stdout.trim().split('\n');
    assert.equal(lines.length, 2);
    for (const line of lines) assert.equal(JSON.parse(line).eventVersion.slice(0, 2), '1.');
    assert.equal((await run('trail --limit 0')).status, 2);
  });
});
