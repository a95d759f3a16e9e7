import assert from 'node:assert/strict';
import { nobodys } from '../../src/accounts/accounts/nobodys.ts';
import { linkedPerson } from '../../src/auth/connectors/upstream/links.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import {
  linkBy,
  ownAccount,
  registerBy,
  setUpstreamStage,
  signedInAs,
  type UpstreamStage,
} from '../auth/connectors/upstream/stage.ts';
import { type Ran, runCommand } from '../support/command.ts';
import { describeOnEachEngine } from '../support/engines.ts';

describeOnEachEngine('carillon upstream', function () {
  this.timeout(60_000);
  let stage: UpstreamStage;
  let env: Record<string, string>;
  beforeEach(async () => {
    stage = await setUpstreamStage();
    env = { ROGUE: stage.provider.clientSecret, PLAIN: stage.plain.clientSecret };
  });
  afterEach(() => stage.stop());

  const call = (words: string[], answers?: string[]): Promise<Ran> =>
    runCommand(stage.carillon.house.ground.config, words, { env, ...(answers && { answers }) });
  const run = (words: string): Promise<Ran> => call(words.split(' '));
  const rogue = (name = 'Rogue'): string =>
    `upstream add ${name} --issuer ${stage.provider.issuer} --client-id ${stage.provider.clientId} --secret-env ROGUE`;
  const plain = (name = 'Plain'): string => {
    const { url, clientId } = stage.plain;
    return (
      `upstream add ${name} --kind oauth --client-id ${clientId} --secret-env PLAIN --authorization-endpoint ${url}/authorize ` +
      `--token-endpoint ${url}/token --profile-endpoint ${url}/profile --subject-field id`
    );
  };

  it('adds, lists, shows, changes and removes providers, and never tells a secret', async () => {
    const { url } = stage.carillon;
    const none = await run('upstream list');
    assert.match(none.stderr, /There is no other provider/);
    const before = await run('upstream show Rogue');
    assert.equal(before.status, 3);
    assert.match(before.stderr, new RegExp(`Redirect URI.*${url}/auth/upstream/callback/rogue`));
    const added = await run(`${rogue()} --json`);
    assert.equal(added.status, 0, added.stderr);
    assert.deepEqual(
      [added.json().id, added.json().redirectUri, added.json().announcesIssuer, added.json().vouches],
      ['rogue', `${url}/auth/upstream/callback/rogue`, true, 'email_verified'],
    );
    assert.equal((await run(plain())).status, 0);
    const amazon = await run('upstream add Amazon --kind amazon --client-id amzn1.x --secret-env PLAIN --json');
    // Its addresses are judged, and tests have no way out.
    if (amazon.status !== 0) assert.equal(amazon.error().code, 'upstream.endpointRefused');
    const all = await run('upstream list');
    assert.match(all.stdout, /NAME.*KIND.*ISSUER[\s\S]*Plain.*oauth[\s\S]*Rogue.*openid/);
    const changed = await run('upstream update plain --vouches yes --scope read --json');
    assert.deepEqual(
      [changed.json().vouches, changed.json().scope, changed.json().subjectField],
      ['yes', 'read', 'id'],
    );
    const shown = await run('upstream show Plain');
    assert.match(shown.stdout, /Token endpoint +http.*\/token[\s\S]*Linked +0/);
    const removed = await call(['upstream', 'remove', 'Plain'], ['y']);
    assert.match(removed.stderr, /links of 0 people.*can sign in another way/s);
    assert.match(removed.stdout, /was removed/);
    assert.equal((await run('upstream show Plain')).status, 3);
    for (const ran of [added, all, changed, shown])
      for (const secret of Object.values(env)) assert.ok(!(ran.stdout + ran.stderr).includes(secret));
    const { ground } = stage.carillon.house;
    await ground.trail.flush();
    const records = await ground.db.read.find(TrailRecordTable, { where: { organisationId: nobodys.organisationId } });
    const names = new Set(records.map(({ eventName }) => eventName));
    for (const name of [
      'AddUpstreamProvider',
      'UpdateUpstreamProvider',
      'RemoveUpstreamProvider',
      'ListUpstreamProviders',
    ])
      assert.ok(names.has(name), name);
    for (const secret of Object.values(env)) assert.ok(!JSON.stringify(records).includes(secret));
  });

  it('refuses what cannot be, by name and field, and keeps nothing of it', async () => {
    const { issuer } = stage.provider;
    assert.equal((await run(rogue())).status, 0);
    const refused: [string, string, string][] = [
      [rogue(), 'upstream.nameTaken', 'name'],
      [rogue('ROGUE'), 'upstream.nameTaken', 'name'],
      [`${rogue('Other')} --kind saml`, 'upstream.kindInvalid', 'kind'],
      [`${rogue('Other')} --subject-field email`, 'upstream.unfit', 'subjectField'],
      [`${rogue('Other')} --token-endpoint https://evil.example/`, 'upstream.unfit', 'tokenEndpoint'],
      [`${rogue('Other')} --scope email`, 'upstream.scopeInvalid', 'scope'],
      [`${rogue('Other')} --vouches a..b`, 'upstream.fieldInvalid', 'vouches'],
      [`upstream add Other --client-id x --secret-env ROGUE`, 'upstream.missing', 'issuer'],
      [`upstream add Other --issuer ${issuer} --secret-env ROGUE`, 'upstream.missing', 'clientId'],
      [rogue('Other').replace(issuer, 'ftp://x'), 'connection.issuerInvalid', 'issuer'],
      [rogue('Other').replace(issuer, `${issuer}/nothing`), 'connection.discoveryFailed', 'issuer'],
      [plain('Other').replace('/token', '/token#x'), 'upstream.endpointInvalid', 'tokenEndpoint'],
      [
        plain('Other').replace(`${stage.plain.url}/profile`, 'http://169.254.169.254/'),
        'upstream.endpointRefused',
        'profileEndpoint',
      ],
      [
        plain('Other').replace(`${stage.plain.url}/token`, 'https://[::ffff:10.0.0.1]/'),
        'upstream.endpointRefused',
        'tokenEndpoint',
      ],
      [`${plain('Other')} --client-authentication none`, 'upstream.authenticationInvalid', 'clientAuthentication'],
    ];
    for (const [words, code, field] of refused) {
      const ran = await run(`${words} --json`);
      assert.equal(ran.status, 1, `${words}: ${ran.stdout}${ran.stderr}`);
      assert.deepEqual([ran.error().code, ran.error().field], [code, field], words);
    }
    for (const name of [' ', 'a\u0007', 'x'.repeat(61)]) {
      const words = rogue('NAME')
        .split(' ')
        .map((word) => (word === 'NAME' ? name : word));
      assert.equal((await call([...words, '--json'])).error().code, 'upstream.nameInvalid', JSON.stringify(name));
    }
    assert.equal((await run('upstream list --json')).json().providers.length, 1);
    const kept = await run('upstream update Rogue --client-id another --json');
    assert.equal(kept.error().code, 'upstream.secretMissing');
    assert.equal((await run('upstream update Rogue')).status, 2);
    assert.equal((await run('upstream remove Nobody --yes')).status, 3);
  });

  it('says before a provider is removed how many have no other way in; they keep their accounts', async () => {
    const { carillon } = stage;
    const { house } = carillon;
    assert.equal((await run(rogue())).status, 0);
    const visitor = carillon.visitor();
    await registerBy(visitor);
    stage.provider.subject.sub = 'rogue-2';
    const { id } = await ownAccount(stage, 'pia@own.example');
    await linkBy(await signedInAs(stage, id));
    const shown = (await run('upstream show Rogue --json')).json();
    assert.deepEqual([shown.links, shown.stranded], [2, 1]);
    const declined = await call(['upstream', 'remove', 'Rogue'], ['n']);
    assert.match(declined.stderr, /links of 2 people[\s\S]*Of them 1 person can sign in no other way/);
    assert.notEqual(declined.status, 0);
    assert.notEqual((await run('upstream remove Rogue')).status, 0, 'nobody is there to be asked');
    const removed = await run('upstream remove Rogue --yes --json');
    assert.deepEqual(removed.json(), { id: 'rogue', name: 'Rogue', links: 2, stranded: 1 });
    assert.equal((await visitor.send('/session')).status, 200, 'who is in stays in');
    assert.doesNotMatch((await carillon.visitor().get('/signin')).body, /upstream/);
    assert.equal((await run(rogue())).status, 0);
    const whose = { providerId: 'rogue', issuer: stage.provider.issuer, subject: 'rogue-1' };
    assert.equal(await linkedPerson(house.ground.db.read, whose), null, 'the links do not come back with the name');
  });
});
