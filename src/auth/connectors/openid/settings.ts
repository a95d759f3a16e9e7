import { markAccountChanged } from '../../../accounts/accounts/changed.ts';
import type * as openid from 'openid-client';
import { becomeType, requireAccount } from '../../../accounts/accounts/accounts.ts';
import { accountErrors } from '../../../accounts/errors.ts';
import { isEnterprise } from '../../../accounts/domains/verify.ts';
import { clock } from '../../../platform/clock/clock.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Outbound } from '../../../platform/outbound/outbound.ts';
import type { Ground } from '../../../trail/ground.ts';
import { putOutWithoutRight, type Scope } from '../../../users/lifecycle/out.ts';
import { authErrors } from '../../errors.ts';
import { connectionIdOf } from './addresses.ts';
import { type Connection, ConnectionTable } from './connection.entity.ts';
import { checkProvider } from './check.ts';
import { type Client, secretPlace } from './provider.ts';

export interface ConnectionInput {
  issuer: string;
  clientId: string;
  /** Empty keeps the present one. */
  clientSecret: string;
  redirect: string;
}

/**
 * Saves an account's OpenID configuration (the guide: "Set up incoming keys"), after its discovery document was read
 * through the guarded agent. The account's tiers come from pushed groups from then on.
 * @throws connection.*, account.notFound, account.notEnterprise
 */
export async function saveConnection(
  ground: Ground,
  outbound: Outbound,
  scope: Scope,
  input: ConnectionInput,
): Promise<Connection> {
  const { organisationId, accountId } = scope;
  const requestParameters = {
    accountId,
    issuer: input.issuer.slice(0, 512),
    clientId: input.clientId.slice(0, 256),
    redirect: input.redirect.slice(0, 16),
  };
  const action = { eventName: 'UpdateAccountOpenIdConfig', organisationId, accountId, requestParameters };
  let client: Client;
  let configuration: openid.Configuration;
  try {
    await requireAccount(ground.db.read, organisationId, accountId);
    if (!(await isEnterprise(ground.db.read, accountId))) throw accountErrors('account.notEnterprise');
    client = await readClient(ground, accountId, input);
    configuration = await checkProvider(outbound, client);
  } catch (error) {
    if (error instanceof CarillonError) ground.trail.refused(action, error);
    throw error;
  }
  const { issuer, authorization_response_iss_parameter_supported: announced } = configuration.serverMetadata();
  const announcesIssuer = announced === true;
  return ground.trail.perform(action, async (m) => {
    // Again: the provider's answer took its time.
    await requireAccount(m, organisationId, accountId);
    if (!(await isEnterprise(m, accountId))) throw accountErrors('account.notEnterprise');
    const present = await m.findOneBy(ConnectionTable, { accountId });
    if (present?.kind === 'ldap') throw authErrors('connection.otherSource');
    const redirect = await readRedirect(ground, m, input.redirect, announcesIssuer, present?.id ?? null);
    const now = clock.now();
    const id = present?.id ?? connectionIdOf(accountId);
    const connection: Connection = {
      id,
      organisationId,
      accountId,
      kind: 'openid',
      issuer, // as the provider spells it
      clientId: client.clientId,
      clientSecret: ground.seal.seal(client.clientSecret, secretPlace(id)),
      redirect,
      announcesIssuer,
      createdAt: present?.createdAt ?? now,
      updatedAt: now,
      checkedAt: now,
    };
    if (present) await m.update(ConnectionTable, { id }, connection);
    else await m.insert(ConnectionTable, connection);
    await becomeType(m, accountId, 'EnterpriseOIDC');
    await markAccountChanged(ground, m, accountId);
    await putOutWithoutRight(ground, m, scope, 'group');
    return { result: connection, responseElements: { connectionId: id } };
  });
}

export const connectionOf = (on: Reader, accountId: string): Promise<Connection | null> =>
  on.findOneBy(ConnectionTable, { accountId, kind: 'openid' });

async function readClient(ground: Ground, accountId: string, input: ConnectionInput): Promise<Client> {
  const issuer = readIssuer(input.issuer);
  const clientId = input.clientId.trim();
  if (!/^[\x21-\x7e]{1,256}$/.test(clientId)) throw authErrors('connection.clientInvalid', { field: 'clientId' });
  const clientSecret = input.clientSecret.trim();
  if (clientSecret.length > 1024) throw authErrors('connection.secretMissing', { field: 'clientSecret' });
  if (clientSecret) return { issuer, clientId, clientSecret };
  const present = await connectionOf(ground.db.read, accountId);
  // A kept secret goes only to whom it was given for: else a changed issuer would be sent it.
  if (!present || new URL(present.issuer).href !== new URL(issuer).href || present.clientId !== clientId) {
    throw authErrors('connection.secretMissing', { field: 'clientSecret' });
  }
  return { issuer, clientId, clientSecret: ground.seal.unseal(present.clientSecret, secretPlace(present.id)) };
}

/** An issuer as it was typed. @throws connection.issuerInvalid */
export function readIssuer(input: string): string {
  const issuer = input.trim();
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  const fair =
    url &&
    issuer.length <= 512 &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    !url.search &&
    !url.hash &&
    !url.username &&
    !url.password;
  if (!fair) throw authErrors('connection.issuerInvalid', { field: 'issuer' });
  return issuer;
}

async function readRedirect(
  ground: Ground,
  on: Reader,
  input: string,
  announcesIssuer: boolean,
  connectionId: string | null,
): Promise<Connection['redirect']> {
  if (input === 'own') return 'own';
  await ground.db.alone('the shared redirect URI'); // every account's connection counts
  if (input === 'shared' && (await mayShare(on, announcesIssuer, connectionId))) return 'shared';
  throw authErrors('connection.redirectInvalid', { field: 'redirect' });
}

/** Either everybody who shares announces their issuer, or there is nobody else: else one would spoil the other's. */
async function mayShare(on: Reader, announcesIssuer: boolean, connectionId: string | null): Promise<boolean> {
  const sharing = await on.find(ConnectionTable, { where: { redirect: 'shared' } });
  const others = sharing.filter(({ id }) => id !== connectionId);
  return others.length === 0 || (announcesIssuer && others.every((other) => other.announcesIssuer));
}

/** Whether no other connection of this installation uses the shared redirect URI. */
export async function isSole(on: Reader, connectionId: string | null): Promise<boolean> {
  const others = await on.find(ConnectionTable, { where: { redirect: 'shared' }, select: { id: true } });
  return others.every(({ id }) => id === connectionId);
}
