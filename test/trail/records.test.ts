import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startFakeAd } from '../support/fake-ad.ts';
import { testFolder } from '../support/folder.ts';
import { AdministratorTable } from '../../src/access/administrators/administrator.entity.ts';
import type { Command } from 'commander';
import { nouns } from '../../src/cli/commands/nouns.ts';
import { programOf } from '../../src/cli/frame/program.ts';
import { createScimKey } from '../../src/directory/scim/keys/keys.ts';
import { listTrail } from '../../src/trail/list.ts';
import { type TrailRecord, TrailRecordTable } from '../../src/trail/record.entity.ts';
import { signIn } from '../auth/pages/support.ts';
import { allow, ask, authorize, isBack, type OpenIdStage, setOpenIdStage, visit } from '../auth/provider/stage.ts';
import { runCommand } from '../support/command.ts';
import { describeOnEachEngine } from '../support/engines.ts';

/** Verbs that change nothing of Carillon's, or that the trail sees only from outside (a restore, a start, a migration). */
const quiet = new Set(
  (
    'serve doctor migrate restore env-example command-reference completion backup|admin list|admin sessions|' +
    'access-key list|organisation list|organisation show|account list|account show|domain list|domain show|' +
    'connection show|connection check|connection readiness|scim-key list|group list|group show|user list|user show|user why|client list|' +
    'client show|upstream list|upstream show|invitation list|directory list|directory show|directory test|' +
    'directory status|directory held|scim-key requests|' +
    'scim-key request|receipt list|trail list|trail verify|trail digests|trail key|signing-key list'
  )
    .split('|')
    .flatMap((each, i) => (i === 0 ? each.split(' ') : [each])),
);

function verbsOf(command: Command, before: string[] = []): string[] {
  const here = command.name() === 'carillon' ? [] : [...before, command.name()];
  return command.commands.length === 0 ? [here.join(' ')] : command.commands.flatMap((each) => verbsOf(each, here));
}

describeOnEachEngine('security check 36: what leaves a record', function () {
  this.timeout(90_000);
  let stage: OpenIdStage;
  let wrong: string[];
  const requests = new Set<string>();
  beforeEach(async () => {
    stage = await setOpenIdStage();
    wrong = [];
  });
  afterEach(() => stage.stop());

  const records = async (): Promise<TrailRecord[]> => {
    const { ground } = stage.carillon.house;
    await ground.trail.flush();
    return ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
  };

  /** Does something that is to leave exactly these records that are no reads, and notes what it left instead. */
  async function leaves<T>(names: string, act: () => Promise<T>, by: string): Promise<T> {
    const before = new Set((await records()).map(({ id }) => id));
    const done = await act();
    const fresh = (await records()).filter(({ id, readOnly }) => !before.has(id) && !readOnly);
    const left = fresh
      .map(({ eventName, errorMessage }) => (errorMessage ? `${eventName}: ${errorMessage.split(':')[0]}` : eventName))
      .join(' ');
    const who = [...new Set(fresh.map(({ identity }) => identity.type))].join(' ');
    const ids = fresh.map(({ requestId }) => requestId).filter((id) => !/^[0-9a-f-]{36}$/.test(id) || requests.has(id));
    if (left !== names || who !== by || ids.length > 0)
      wrong.push(`${names} by ${by}: left ${left} by ${who} ${ids.join()}`);
    for (const { requestId } of fresh) requests.add(requestId);
    return done;
  }

  const noneHas = async (secrets: string[]): Promise<void> => {
    const { ground } = stage.carillon.house;
    const { organisationId } = stage.company.scope;
    const all = JSON.stringify([await records(), await listTrail(ground, { organisationId, limit: 1000 })]);
    for (const secret of secrets) {
      assert.ok(secret.length > 5);
      assert.ok(!all.includes(secret), `a record has ${secret.slice(0, 12)}…`);
    }
  };

  it('everything that a directory pushes, once each, and a refusal once', async () => {
    const { carillon, company } = stage;
    const { token } = await createScimKey(carillon.house.ground, company.scope, { name: 'Okta' });
    const core = 'urn:ietf:params:scim:schemas:core:2.0';
    const send = async (method: string, path: string, body?: object, key = token): Promise<Record<string, string>> => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/scim+json' };
      const reply = await fetch(`${carillon.url}/scim/v2${path}`, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      return text ? (JSON.parse(text) as Record<string, string>) : {};
    };
    const does = (name: string, method: string, path: string, body?: object) =>
      leaves(name, () => send(method, path, body), 'ScimKey');
    const patch = (value: object) => ({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value }],
    });
    const user = { schemas: [`${core}:User`], userName: 'ada@acme.example' };
    const { id = '' } = await does('CreateUser', 'POST', '/Users', user);
    await does('CreateUser: user.userNameTaken', 'POST', '/Users', user);
    await does('UpdateUser', 'PUT', `/Users/${id}`, { ...user, displayName: 'Ada' });
    await does('UpdateUser', 'PATCH', `/Users/${id}`, patch({ displayName: 'Ada L.' }));
    await does('DeactivateUser', 'PATCH', `/Users/${id}`, patch({ active: false }));
    await does('ActivateUser', 'PATCH', `/Users/${id}`, patch({ active: true }));
    const group = { schemas: [`${core}:Group`], displayName: 'Everybody' };
    const made = await does('CreateDirectoryGroup', 'POST', '/Groups', { ...group, members: [{ value: id }] });
    await does('UpdateDirectoryGroup', 'PATCH', `/Groups/${made['id']}`, patch({ displayName: 'All' }));
    await does('UpdateDirectoryGroup', 'PUT', `/Groups/${made['id']}`, group);
    await does('DeleteDirectoryGroup', 'DELETE', `/Groups/${made['id']}`);
    await does('DeleteUser', 'DELETE', `/Users/${id}`);
    assert.deepEqual(wrong, []);
    await noneHas([token]);
  });

  it('everything that people do: sign in, agree, connect a device, take back, sign out', async () => {
    const { carillon } = stage;
    const visitor = carillon.visitor();
    const other = carillon.visitor();
    await leaves('SignIn', () => signIn(visitor), 'User');
    await leaves('SignIn', () => signIn(other), 'User');
    const wiki = await stage.application();
    const asked = await ask(wiki);
    const consent = await visit(visitor, asked);
    const back = await leaves('GiveConsent Authorize', () => allow(visitor, consent), 'User');
    assert.ok(isBack(back.url));
    const lexicon = await stage.application({ name: 'Lexicon', firstParty: true });
    const tokens = await leaves(
      'GiveConsent Authorize',
      () => authorize(lexicon, visitor, { scope: 'openid offline_access', prompt: 'consent' }),
      'User',
    );
    const me = (action: string) => visitor.postFrom('/me', action);
    await leaves('RevokeConsent', () => me(`/me/applications/${wiki.client.id}/revoke`), 'User');
    await leaves('RevokeConsent: application.notFound', () => me(`/me/applications/${wiki.client.id}/revoke`), 'User');
    await leaves('EndSession: session.notFound', () => me('/me/devices/nonsense/sign-out'), 'User');
    await leaves('EndOtherSessions', () => me('/me/sign-out-elsewhere'), 'User');
    await leaves('SignOut', () => me('/me/sign-out'), 'User');
    assert.deepEqual(wrong, []);
    const session = [...visitor.jar(carillon.url).values(), ...other.jar(carillon.url).values()].filter(
      (each) => each.length > 20,
    );
    const code = new URL(back.url).searchParams.get('code') ?? '';
    await noneHas([
      tokens.access_token,
      tokens.refresh_token ?? '',
      tokens.id_token ?? '',
      code,
      wiki.secret,
      ...session,
    ]);
  });

  it('every verb of the command line that changes something', async () => {
    const { house } = stage.carillon;
    const { ground } = house;
    const called = new Set<string>();
    const secrets: string[] = [];
    const env: Record<string, string> = { SECRET: stage.provider.clientSecret };
    // eslint-disable-next-line typescript/no-explicit-any -- a test reads what it expects
    const run = async (name: string, words: string[], status = 0): Promise<any> => {
      called.add(words.slice(0, 2).join(' '));
      const {
        stdout,
        stderr,
        status: ended,
      } = await leaves(
        name,
        () =>
          runCommand(ground.config, [...words, '--json'], {
            env,
          }),
        'CommandLine',
      );
      if (ended !== status) wrong.push(`${words.join(' ')}: ${ended} ${stderr}`);
      return stdout ? JSON.parse(stdout) : {};
    };
    const of = ['--organisation', stage.company.scope.organisationId];
    const on = [...of, '--account', 'Acme'];
    const person = 'rosa.rogue@acme.example';
    await run('SuspendUsers', ['user', 'suspend', person, '--yes', ...on]);
    await run('ActivateUsers', ['user', 'activate', person, ...on]);
    await run('ResetUserFactors', ['user', 'reset-factors', person, '--yes', ...on]);
    await run('LogoutUser', ['user', 'sign-out', person, '--yes', ...on]);
    await run('RemoveUser: user.notRemovable', ['user', 'remove', person, '--yes', ...on], 1);
    await run('AddOrUpdateGroups', ['group', 'map', 'Carillon Pro of rosa.rogue', 'Basic', ...on]);
    await run('DeleteGroups', ['group', 'unmap', 'Carillon Pro of rosa.rogue', '--yes', ...on]);
    await run('AddDomain', ['domain', 'claim', 'beta.example', ...on]);
    await run('VerifyDomain', ['domain', 'verify', 'beta.example', ...on], 1);
    await run('DeleteDomain', ['domain', 'remove', 'beta.example', '--yes', ...on]);
    const { issuer, clientId } = stage.provider;
    await run('UpdateAccountOpenIdConfig', [
      'connection',
      'set',
      '--issuer',
      issuer,
      '--client-id',
      clientId,
      '--secret-env',
      'SECRET',
      ...on,
    ]);
    const scim = await run('CreateApiKey', ['scim-key', 'create', 'Okta', ...on]);
    const next = await run('RotateApiKey', ['scim-key', 'rotate', 'Okta', '--overlap', '0', '--name', 'Next', ...on]);
    await run('DeleteApiKey', ['scim-key', 'revoke', 'Next', '--yes', ...on]);
    await run('UpdateUserLicenses: user.tierByGroup', ['user', 'licence', person, 'Basic', ...on], 1);
    await run('DeleteAccountOpenIdConfig', ['connection', 'delete', '--yes', ...on]);
    await run('UpdateUserLicenses', ['user', 'licence', person, 'Basic', ...on]);
    const ad = await startFakeAd({
      entries: [{ dn: 'DC=fake,DC=example,DC=test', attributes: { objectClass: ['domain'] } }],
    });
    ground.config.outboundPrivateHosts.push(ad.host);
    env['BIND'] = ad.bindPassword;
    secrets.push(ad.bindPassword);
    const caFile = join(testFolder(), 'ca.pem');
    writeFileSync(caFile, ad.ca);
    const service = ['--servers', ad.url, '--bind-name', ad.bindName, '--ca-file', caFile, '--secret-env', 'BIND'];
    await run('AuthorizeDirectory', ['directory', 'authorise', '--name', 'Office', ...service, ...on]);
    await run('AuthorizeDirectory', ['directory', 'set', 'Office', '--name', 'Head', ...on]);
    await run('UpdateDirectorySecondFactor', ['directory', 'require-factor', 'Head', '--yes', ...on]);
    await run('UpdateDirectorySecondFactor', ['directory', 'relax-factor', 'Head', '--yes', ...on]);
    await run('ConnectDirectory', ['directory', 'connect', 'Head', '--yes', ...on]);
    await run('ReadDirectory', ['directory', 'read', ...on]);
    called.add('directory approve'); // leaves nothing while nothing is held; the service's own record: test/console/records.test.ts
    await run('DisconnectDirectory', ['directory', 'disconnect', '--yes', ...on]);
    await run('UnauthorizeDirectory', ['directory', 'remove', 'Head', '--yes', ...on]);
    await ad.stop();
    called.add('scim-key replay'); // by the directory's own verbs, with whose it was: test/directory/scim/inspector
    await run('CreateAccount', ['account', 'create', 'Own', ...of]);
    await run('UpdateAccountSecondFactor', ['account', 'require-factor', 'Own', '--yes', ...of]);
    await run('UpdateAccountSecondFactor', ['account', 'relax-factor', 'Own', '--yes', ...of]);
    const own = [...of, '--account', 'Own'];
    await run('InviteUsers', ['invitation', 'send', 'zoe@any.example', '--links', ...own]);
    await run('ResendInvitation', ['invitation', 'resend', 'zoe@any.example', ...own]);
    const invited = await run('CreateInvitationLink', ['invitation', 'link', 'zoe@any.example', ...own]);
    await run('RevokeInvitation', ['invitation', 'revoke', 'zoe@any.example', ...own]);
    await run('UpdateAccount', ['account', 'licence', 'Own', 'basic', ...of]);
    await run('RenameAccount', ['account', 'rename', 'Own', 'Ours', ...of]);
    await run('DeleteAccount', ['account', 'delete', 'Ours', '--yes', ...of]);
    await run('RenameOrganisation', ['organisation', 'rename', 'Acme Group', ...of]);
    const beta = await run('CreateOrganisation', ['organisation', 'create', 'Beta']);
    await run('DeleteOrganisation', ['organisation', 'delete', beta.id, '--yes']);
    const grace = await run('CreateAdministrator', ['admin', 'add', 'grace', ...of]);
    const link = await run('CreateSetupLink', ['admin', 'link', '--user', 'grace', ...of]);
    await run('SignOutAdministrator', ['admin', 'sign-out', 'grace', '--yes', ...of]);
    // Whoever has no password yet gets no key.
    await house.ground.db.write((m) =>
      m.update(AdministratorTable, { userNameKey: 'grace' }, { passwordHash: 'is set' }),
    );
    const key = await run('CreateAccessKey', ['access-key', 'create', '--user', 'grace', ...of]);
    const keyId = key.accessKeyId ?? key.id;
    await run('UpdateAccessKey', ['access-key', 'deactivate', keyId, '--user', 'grace', ...of]);
    await run('UpdateAccessKey', ['access-key', 'activate', keyId, '--user', 'grace', ...of]);
    await run('DeleteAccessKey', ['access-key', 'delete', keyId, '--yes', '--user', 'grace', ...of]);
    const reset = await run('ResetAdministrator', ['admin', 'reset-factors', 'grace', '--yes', ...of]);
    await run('DeleteAdministrator: administrator.last', ['admin', 'remove', 'grace', '--yes', ...of], 1);
    const wiki = await run('CreateClient', [
      'client',
      'create',
      'Wiki',
      '--redirect-uris',
      'https://wiki.example/',
      ...of,
    ]);
    await run('UpdateClient', ['client', 'update', 'Wiki', '--name', 'Lexicon', ...of]);
    const rotated = await run('RotateClientSecret', ['client', 'rotate-secret', 'Lexicon', ...of]);
    await run('DeleteClient', ['client', 'delete', 'Lexicon', '--yes', ...of]);
    const upstream = ['--issuer', issuer, '--client-id', clientId, '--secret-env', 'SECRET'];
    await run('AddUpstreamProvider', ['upstream', 'add', 'Rogue', ...upstream]);
    await run('AddUpstreamProvider: upstream.nameTaken', ['upstream', 'add', 'Rogue', ...upstream], 1);
    await run('UpdateUpstreamProvider', ['upstream', 'update', 'Rogue', '--vouches', 'no']);
    await run('RemoveUpstreamProvider', ['upstream', 'remove', 'Rogue', '--yes']);
    // Where there is none yet, the first key is made in a unit of its own.
    await run('CreateSigningKey RotateSigningKey', ['signing-key', 'rotate']);
    const listed = (await runCommand(ground.config, ['signing-key', 'list', '--json'])).json();
    const [first] = Object.values(listed as object).flat() as { id: string }[];
    await run('RevokeSigningKey', ['signing-key', 'revoke', first?.id ?? '', '--yes']);
    called.add('secrets rotate'); // one record a unit: test/storage/rotate.test.ts

    for (const shown of [scim, next, link, reset, grace, key, wiki, rotated, invited]) {
      for (const value of Object.values(shown as object)) {
        if (typeof value === 'string' && /carillon_|token=|^[\w+/]{40}$/.test(value))
          secrets.push(/token=(.*)/.exec(value)?.[1] ?? value);
      }
    }
    secrets.push(stage.provider.clientSecret);
    assert.deepEqual(wrong, []);
    const program = programOf(nouns, {
      terminal: {} as never,
      configuration: () => ground.config,
      ended: () => undefined,
    });
    const missed = verbsOf(program).filter((verb) => !quiet.has(verb) && !called.has(verb));
    assert.deepEqual(missed, [], 'verbs that are neither in this test nor known to change nothing');
    assert.ok(secrets.length >= 6, `${secrets.length} secrets were seen`);
    await noneHas(secrets);
  });
});
