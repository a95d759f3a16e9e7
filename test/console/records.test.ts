import assert from 'node:assert/strict';
import { nobodys } from '../../src/accounts/accounts/nobodys.ts';
import { registerPerson } from '../../src/users/lifecycle/register.ts';
import { passkeyTables } from '../../src/auth/credentials/factors/factors.entity.ts';
import type { TrailRecord } from '../../src/trail/record.entity.ts';
import { listTrail } from '../../src/trail/list.ts';
import { TrailRecordTable } from '../../src/trail/record.entity.ts';
import { describeOnEachEngine } from '../support/engines.ts';
import { startFakeAd } from '../support/fake-ad.ts';
import type { Page } from '../support/page.ts';
import type { Visitor } from '../support/visitor.ts';
import { personIn, pushed } from './forms.ts';
import { consoleRoutes as routesOf } from '../support/routes.ts';
import { appCode, organisationOf, password, type Running, signIn, startConsole } from './support.ts';
import { listDomains } from '../../src/accounts/domains/domains.ts';
import { connectionIn } from './forms.ts';

const newPassword = 'nine herons cross the marsh';

describeOnEachEngine('security check 36: the console', function () {
  this.timeout(90_000);
  let running: Running;
  let organisationId: string;
  /** Every path that a form was sent to. */
  const sentTo = new Set<string>();
  /** What was shown once, or typed, and must be in no record. */
  const secrets = new Set<string>([password, newPassword, 'never to be seen']);
  const requests = new Set<string>();
  const wrong: string[] = [];

  before(async () => {
    running = await startConsole();
  });
  after(() => running.stop());

  const records = async (): Promise<TrailRecord[]> => {
    const { ground } = running.house;
    await ground.trail.flush();
    return ground.db.read.find(TrailRecordTable, { order: { id: 'ASC' } });
  };

  const post = async (
    at: Visitor,
    from: string,
    action: string,
    fields: Record<string, string> = {},
  ): Promise<Page> => {
    sentTo.add(action);
    return at.followHere(await at.postFrom(from, action, fields));
  };

  /**
   * Does one thing, and gives its record: there must be exactly one that is no read, of that name, by whoever did it.
   * @param name the event, with the error after a colon when it is to be refused
   */
  async function leaves(
    name: string,
    act: () => Promise<Page>,
    by: 'Administrator' | 'Anonymous' = 'Administrator',
  ): Promise<Page> {
    const before = new Set((await records()).map(({ id }) => id));
    const page = await act();
    const fresh = (await records()).filter(({ id, readOnly }) => !before.has(id) && !readOnly);
    const names = fresh.map(({ eventName, errorMessage }) =>
      errorMessage ? `${eventName}: ${errorMessage.split(':')[0]}` : eventName,
    );
    const right =
      names.length === 1 &&
      names[0] === name &&
      fresh[0]!.identity.type === by &&
      (by === 'Anonymous' || fresh[0]!.organisationId === organisationId) &&
      /^[0-9a-f-]{36}$/.test(fresh[0]!.requestId) &&
      !requests.has(fresh[0]!.requestId);
    if (!right)
      wrong.push(`${name} left ${names.join(', ')} by ${fresh[0]?.identity.type} (${page.status} ${page.title})`);
    for (const { requestId } of fresh) requests.add(requestId);
    return page;
  }

  it('leaves exactly one record of each thing that its forms do, and no secret in any', async () => {
    const ada = running.visitor();
    const { ground } = running.house;
    const home = '/console';
    const does = (name: string, action: string, fields: Record<string, string> = {}): Promise<Page> =>
      leaves(name, () => post(ada, home, action, fields));

    // Whoever comes in.
    secrets.add(new URL(running.setUpLink).searchParams.get('token') ?? '');
    organisationId = await organisationOf(running);
    const setUp = await ada.get(running.setUpLink);
    sentTo.add('/setup');
    await leaves('SetAdministratorPassword', () =>
      setUp.submit('/setup', { organisationName: 'Acme', userName: 'ada', password, again: password }),
    );
    const guess = () => signIn(running.visitor(), organisationId, 'ada', 'a guess that is wrong');
    sentTo.add('/console/sign-in');
    await leaves('ConsoleLogin: administrator.signInFailed', guess, 'Anonymous');
    const second = running.visitor();
    await leaves('ConsoleLogin', () => signIn(second, organisationId));
    await leaves('ConsoleLogout', () => post(second, home, '/console/sign-out'));
    await leaves(
      'ConsoleLogin: passkey.impossible',
      () => post(running.visitor(), '/console/sign-in', '/console/sign-in/passkey', { passkey: '{}' }),
      'Anonymous',
    );
    await does('ConfirmIdentity: administrator.passwordWrong', '/console/confirm', { password: 'a wrong guess' });
    await does('ConfirmIdentity', '/console/confirm', { password });

    // Accounts, domains, the connection, its keys.
    const account = await does('CreateAccount', '/console/accounts', { name: 'Acme' });
    const base = account.path.replace(/\?.*/, '');
    const accountId = base.split('/').at(-1) ?? '';
    await does('RenameAccount', `${base}/name`, { name: 'Acme Group' });
    await does('UpdateAccountSettings', `${base}/contact`, { helpContact: 'help@acme.example' });
    await does('UpdateAccountSecondFactor', `${base}/require-factor`);
    await does('UpdateAccountSecondFactor', `${base}/relax-factor`);
    await does('AddDomain', `${base}/domains`, { domain: 'acme.example' });
    const [claim] = await listDomains(ground.db.read, accountId);
    running.dns.set(claim!.recordName, [claim!.recordValue]);
    await does('VerifyDomain', `${base}/domains/${claim!.id}/verify`);
    const typed = { issuer: running.issuer, clientId: '0oa1', clientSecret: 'never to be seen', redirect: 'own' };
    await does('UpdateAccountOpenIdConfig', `${base}/connection`, typed);
    const key = await does('CreateApiKey', `${base}/connection/keys`, { keyName: 'Okta' });
    secrets.add(/carillon_scim_[\w-]+/.exec(key.body)?.[0] ?? '');
    await fetch(`${running.url}/scim/v2/Users`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${/carillon_scim_[\w-]+/.exec(key.body)?.[0] ?? ''}`,
        'content-type': 'application/scim+json',
      },
      body: JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'x@else.example' }),
    });
    await running.house.inspector.flush();
    const only = async (table: string): Promise<string> =>
      (await ground.db.read.query<{ id: string }[]>(`SELECT "id" FROM "${table}"`))[0]?.id ?? '';
    const replaced = await does('RotateApiKey', `${base}/connection/keys/${await only('scim_keys')}/rotate`, {
      keyName: 'Okta',
      overlap: '24',
    });
    secrets.add(/carillon_scim_[\w-]+/.exec(replaced.body)?.[0] ?? '');
    const sentOnce = `${base}/connection/requests/${await only('scim_requests')}/replay`;
    await does('ReplayScimRequest: scimRequest.effectInvalid', sentOnce, { effect: 'never shown' });
    await does('DeleteApiKey', `${base}/connection/keys/${await only('scim_keys')}/revoke`);

    // Groups and people.
    const connection = await connectionIn(running, base);
    const scope = { organisationId, accountId, connectionId: connection.id };
    const { users } = await pushed(running, scope, { 'paula@acme.example': ['Pros'] });
    await does('AddOrUpdateGroups', `${base}/groups`, { groupName: 'Pros', tier: 'Pro' });
    const mapping = `${base}/groups/${await only('tier_mappings')}`;
    await does('AddOrUpdateGroups', mapping, { tier: 'Basic' });
    await personIn(running, base, users[0]!);
    const person = `${base}/people/${users[0]!.id}`;
    await does('LogoutUser', `${person}/sign-out`);
    await does('UnlinkIdentity', `${person}/identities/${await only('federated_identities')}/unlink`);
    await does('ResetUserFactors', `${person}/reset-factors`);
    await does('SuspendUsers', `${person}/suspend`);
    await does('ActivateUsers', `${person}/activate`);
    await does('RemoveUser: user.notRemovable', `${person}/remove`);
    await does('DeleteGroups', `${mapping}/remove`);
    await does('DeleteAccountOpenIdConfig', `${base}/connection/delete`);

    // A directory, whose test only reads.
    const ad = await startFakeAd({ entries: [{ dn: 'DC=fake,DC=example,DC=test', attributes: {} }] });
    secrets.add(ad.bindPassword);
    const settings = { servers: ad.url, ca: ad.ca, bindName: ad.bindName, bindPassword: ad.bindPassword };
    await does('AuthorizeDirectory: directory.serverInvalid', `${base}/directory/new`, { ...settings, servers: 'x' });
    await does('AuthorizeDirectory', `${base}/directory/new`, settings);
    const directory = `${base}/directory/${await only('directories')}`;
    await does('AuthorizeDirectory', directory, { ...settings, name: 'Works' });
    await post(ada, home, `${directory}/test`);
    await does('ConnectDirectory', `${directory}/connect`);
    await does('UpdateDirectorySecondFactor', `${directory}/require-factor`);
    await does('UpdateDirectorySecondFactor', `${directory}/relax-factor`);
    await does('ReadDirectory', `${directory}/read`);
    await does('ApproveDirectoryChanges: directory.nothingHeld', `${directory}/held`, { people: '0' });
    await does('AddOrUpdateGroups: directory.groupNotFound', `${base}/groups`, { groupName: 'Nobody', tier: 'Pro' });
    await does('DisconnectDirectory', `${directory}/disconnect`);
    await does('UnauthorizeDirectory', `${directory}/remove`);
    await ad.stop();
    await does('DeleteDomain', `${base}/domains/${claim!.id}/remove`);
    const [own] = [await ground.db.write((m) => registerPerson(ground, m, scope, { address: 'ruth@any.example' }))];
    await does('SuspendUsers: user.notSuspendable', `${base}/people/${own.id}/suspend`);
    await does('UpdateUserLicenses', `${base}/people/${own.id}/licence`, { licence: 'Basic' });
    await does('UpdateAccount', `${base}/licence`, { licence: 'Basic' });
    await does('RemoveUser', `${base}/people/${own.id}/remove`);
    await does('InviteUsers', `${base}/invitations`, { addresses: 'zoe@any.example; nobody' });
    const invitation = `${base}/invitations/${await only('invitations')}`;
    await does('ResendInvitation: invitation.sentJustNow', `${invitation}/resend`);
    await does('RevokeInvitation', `${invitation}/revoke`);
    await does('DeleteAccount', `${base}/delete`, { confirmation: 'Acme Group' });

    // Applications.
    const applications = '/console/applications';
    const created = { name: 'Wiki', kind: 'web', redirectUris: 'https://wiki.example/callback' };
    const wiki = await does('CreateClient', applications, {
      ...(await ada.get(applications)).fields(applications),
      ...created,
    });
    secrets.add(/carillon_client_[\w-]+/.exec(wiki.text)?.[0] ?? '');
    const client = `${applications}/${await only('oidc_clients')}`;
    await does('UpdateClient', client, { ...(await ada.get(client)).fields(client), name: 'Lexicon' });
    const rotated = await does('RotateClientSecret', `${client}/secret`, { hours: '0' });
    secrets.add(/carillon_client_[\w-]+/.exec(rotated.text)?.[0] ?? '');
    await does('DeleteClient', `${client}/delete`);

    // Access keys.
    const keys = '/console/access-keys';
    const accessKey = await does('CreateAccessKey', keys);
    for (const [, shown = ''] of accessKey.body.matchAll(/copy">([^<]{40,})</g)) secrets.add(shown);
    const one = `${keys}/${await only('access_keys')}`;
    await does('UpdateAccessKey', `${one}/deactivate`);
    await does('UpdateAccessKey', `${one}/activate`);
    await does('DeleteAccessKey', `${one}/delete`);

    // Administrators and their second factors.
    const administrators = '/console/administrators';
    const invited = await does('CreateAdministrator', `${administrators}/new`, { userName: 'grace' });
    const graceId = (
      await ground.db.read.query<{ id: string }[]>(`SELECT "id" FROM "administrators" WHERE "userName" = 'grace'`)
    )[0]!.id;
    const grace = `${administrators}/${graceId}`;
    const linked = await does('CreateSetupLink', `${grace}/link`);
    const reset = await does('ResetAdministrator', `${grace}/reset`);
    for (const page of [invited, linked, reset]) secrets.add(/token=([\w-]{43})/.exec(page.body)?.[1] ?? '');
    const security = '/console/security';
    await does('UpdateSecondFactorPolicy: factor.none', `${administrators}/require-factor`);
    const offered = await ada.get(`${security}/totp`);
    const seed = (/copy">([A-Z2-7 ]+)</.exec(offered.body)?.[1] ?? '').replaceAll(' ', '');
    secrets.add(seed);
    sentTo.add(`${security}/totp`);
    const codes = await leaves('EnableTotp', async () =>
      offered.submit(`${security}/totp`, { code: await appCode(seed, -1) }),
    );
    for (const [, code = ''] of codes.body.matchAll(/class="copy">([\w-]{19})</g)) secrets.add(code);
    const more = await does('CreateRecoveryCodes', `${security}/recovery-codes`);
    const recovery = [...more.body.matchAll(/class="copy">([\w-]{19})</g)].map(([, code = '']) => code);
    for (const code of recovery) secrets.add(code);
    await does('CreatePasskey: passkey.impossible', `${security}/passkeys`, { passkey: '{}', passkeyName: 'Key' });
    const adaId = (
      await ground.db.read.query<{ id: string }[]>(`SELECT "id" FROM "administrators" WHERE "userName" = 'ada'`)
    )[0]!.id;
    await ground.db.write((m) =>
      m.insert(passkeyTables.administrator, {
        id: 'a-passkey',
        organisationId,
        holderId: adaId,
        credentialId: 'x',
        publicKey: 'x',
        counter: 0,
        transports: [],
        name: 'Key',
        backedUp: false,
        createdAt: 0,
        lastUsedAt: null,
      }),
    );
    await does('DeletePasskey', `${security}/passkeys/a-passkey/remove`);
    const third = running.visitor();
    const step = await leaves('BeginConsoleLogin', () => signIn(third, organisationId));
    sentTo.add('/console/sign-in/second');
    const wrongCode = await leaves('ConsoleLogin: factor.codeWrong', () =>
      step.submit('/console/sign-in/second', { code: '000000' }),
    );
    await leaves('ConsoleLogin', () => wrongCode.submit('/console/sign-in/second', { code: recovery[0] ?? '' }));
    const sessions = await ground.db.read.query<{ id: string }[]>(
      `SELECT "id" FROM "sessions" WHERE "kind" = 'administrator' AND "endedAt" IS NULL ORDER BY "createdAt" DESC`,
    );
    await does('EndSession', `${security}/sessions/${sessions[0]?.id}/end`);
    await does('EndOtherSessions', `${security}/sessions/end-others`);
    await does('UpdateSecondFactorPolicy', `${administrators}/require-factor`);
    await does('DisableTotp: factor.required', `${security}/totp/remove`);

    // Somebody who needs a second factor, and sets one up in the middle of a sign-in.
    const token = /token=([\w-]{43})/.exec(reset.body)?.[1] ?? '';
    const hers = running.visitor();
    const herSetUp = await hers.get(`/setup?token=${token}`);
    const enrol = await leaves('SetAdministratorPassword', () =>
      herSetUp.submit('/setup', { password: newPassword, again: newPassword }),
    );
    const herSeed = (/copy">([A-Z2-7 ]+)</.exec(enrol.body)?.[1] ?? '').replaceAll(' ', '');
    secrets.add(herSeed);
    for (const action of ['/console/sign-in/enrol/totp', '/console/sign-in/enrol/passkey']) sentTo.add(action);
    await leaves('ConsoleLogin: passkey.impossible', () =>
      post(hers, '/console/sign-in/enrol', '/console/sign-in/enrol/passkey', { passkey: '{}', passkeyName: 'Key' }),
    );
    await leaves('ConsoleLogin', async () =>
      enrol.submit('/console/sign-in/enrol/totp', { code: await appCode(herSeed) }),
    );
    await does('UpdateSecondFactorPolicy', `${administrators}/relax-factor`);
    await does('DisableTotp', `${security}/totp/remove`);
    await does('ChangePassword', `${security}/password`, { password: newPassword, again: newPassword });
    await does('DeleteAdministrator', `${grace}/remove`);
    await does('DeleteAdministrator: administrator.last', `${administrators}/${adaId}/remove`, { typed: 'ada' });

    // People in no account, whose trail is that of the reserved organisation.
    const theirs = organisationId;
    Object.assign(ground.config, { operatorOrganisation: theirs });
    const eve = await ground.db.write((m) => registerPerson(ground, m, nobodys, { address: 'eve@own.example' }));
    organisationId = nobodys.organisationId;
    await does('SuspendUsers', `/console/no-account/${eve.id}/suspend`, { reason: 'Sends spam' });
    await does('ActivateUsers', `/console/no-account/${eve.id}/activate`);
    organisationId = theirs;

    assert.deepEqual(wrong, []);

    // What only reads says so.
    const before = (await records()).filter(({ readOnly }) => !readOnly).length;
    await post(ada, home, '/console/trail/verify');
    assert.equal((await records()).filter(({ readOnly }) => !readOnly).length, before);

    const routes = routesOf(running).filter(({ method }) => method === 'POST');
    const missed = routes.filter(({ path }) => {
      const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`);
      return ![...sentTo].some((sent) => pattern.test(sent));
    });
    assert.deepEqual(
      missed.map(({ path }) => path),
      [],
      'routes that change something, and are not in this test',
    );

    secrets.delete('');
    assert.ok(secrets.size > 20, `${secrets.size} secrets were seen`);
    const shown = JSON.stringify([await records(), await listTrail(ground, { organisationId, limit: 1000 })]);
    for (const secret of secrets) assert.ok(!shown.includes(secret), `a record has ${secret.slice(0, 8)}…`);
  });
});
