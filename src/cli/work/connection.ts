import type { Account } from '../../accounts/accounts/account.entity.ts';
import { addressesOf, connectionIdOf } from '../../auth/connectors/openid/addresses.ts';
import { checkConnection } from '../../auth/connectors/openid/check.ts';
import type { Connection } from '../../auth/connectors/openid/connection.entity.ts';
import { deleteConnection } from '../../auth/connectors/openid/disconnect.ts';
import { connectionOf, saveConnection } from '../../auth/connectors/openid/settings.ts';
import { authErrors } from '../../auth/errors.ts';
import { texts } from '../../console/connection/texts.ts';
import { scimUrl } from '../../console/connection/key-view.ts';
import { iso } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { wouldDisconnect } from '../../users/lifecycle/would-end.ts';
import { accountOf, scopeOf } from '../frame/choose.ts';
import type { Call } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { cliErrors } from '../frame/errors.ts';
import { callerName, withHouse } from '../frame/house.ts';
import { secretOf } from '../frame/secret.ts';

/** The connection of an account. @throws connection.notFound */
export async function requireConnection(on: Reader, { id }: Account): Promise<Connection> {
  const connection = await connectionOf(on, id);
  if (!connection) throw authErrors('connection.notFound', { field: 'connection' });
  return connection;
}

function tell(call: Call, publicUrl: string, connection: Connection, checked?: Record<string, unknown>): void {
  const { id, accountId, issuer, clientId, redirect, announcesIssuer } = connection;
  const { redirectUri, initiateLoginUri } = addressesOf(publicUrl, connection);
  const [createdAt, updatedAt, checkedAt] = [connection.createdAt, connection.updatedAt, connection.checkedAt].map(iso);
  const scimBaseUrl = scimUrl(publicUrl);
  const json = { id, accountId, issuer, clientId, redirect, announcesIssuer };
  call.output.one({
    json: { ...json, redirectUri, initiateLoginUri, scimBaseUrl, createdAt, updatedAt, checkedAt, ...checked },
    facts: [
      [texts.issuer, issuer],
      [texts.clientId, clientId],
      [texts.redirectUri, redirectUri],
      [texts.initiateUri, initiateLoginUri],
      [texts.scimUrl, scimBaseUrl],
      [texts.checked, checkedAt],
      ['ID', id],
    ],
  });
}

export const show = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    ground.trail.observed({ eventName: 'GetAccountOpenIdConfig', ...scopeOf(account) });
    const connection = await connectionOf(ground.db.read, account.id);
    if (connection) {
      tell(call, ground.config.publicUrl, connection);
      return;
    }
    const { redirectUri } = addressesOf(ground.config.publicUrl, { id: connectionIdOf(account.id), redirect: 'own' });
    if (!call.output.json) call.output.talk(`${texts.redirectUri}, to give to your provider: ${redirectUri}`);
    throw authErrors('connection.notFound', { field: 'connection' });
  });

export const set = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground, outbound }) => {
    const account = await accountOf(ground.db.read, call);
    const present = await connectionOf(ground.db.read, account.id);
    const issuer = call.value('issuer') ?? present?.issuer;
    const clientId = call.value('clientId') ?? present?.clientId;
    if (issuer === undefined || clientId === undefined) {
      throw cliErrors('cli.nothingGiven', { values: { options: '--issuer <url> and --client-id <id>' } });
    }
    const redirect = call.value('redirect') ?? present?.redirect ?? 'own';
    const kept = present !== null && present.issuer === issuer && present.clientId === clientId;
    const clientSecret = await secretOf(call, 'client secret', !kept);
    const input = { issuer, clientId, clientSecret, redirect };
    const saving = saveConnection(ground, outbound, scopeOf(account), input);
    tell(
      call,
      ground.config.publicUrl,
      await call.output.during(`Reading the discovery document of ${issuer}`, saving),
    );
  });

export const check = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground, outbound }) => {
    const account = await accountOf(ground.db.read, call);
    const connection = await requireConnection(ground.db.read, account);
    ground.trail.observed({ eventName: 'GetAccountOpenIdConfig', ...scopeOf(account) });
    const checking = checkConnection(ground, outbound, connection);
    const provider = await call.output.during(`Reading the discovery document of ${connection.issuer}`, checking);
    const { authorization_endpoint, token_endpoint, userinfo_endpoint, jwks_uri } = provider.serverMetadata();
    tell(call, ground.config.publicUrl, connection, {
      provider: {
        authorizationEndpoint: authorization_endpoint,
        tokenEndpoint: token_endpoint,
        userinfoEndpoint: userinfo_endpoint,
        jwksUri: jwks_uri,
      },
    });
    call.output.talk('The provider answers as it must. Whether it accepts the client secret shows at a sign-in.');
  });

export const remove = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const { id, issuer } = await requireConnection(ground.db.read, account);
    const says = texts.removeSays(await wouldDisconnect(ground.db.read, account.id));
    await confirm(call, [`The connection of ${account.name} to ${issuer} will be deleted.`, ...says]);
    const accountType = await deleteConnection(ground, scopeOf(account), callerName());
    call.output.done({ id, issuer, accountType }, `The connection to ${issuer} was deleted.`);
  });
