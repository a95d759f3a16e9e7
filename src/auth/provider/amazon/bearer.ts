import type { IncomingMessage } from 'node:http';
import type { AdapterPayload } from 'oidc-provider';
import type { Principal } from '../../sessions/principal.ts';
import type { Sessions } from '../../sessions/sessions.ts';
import type { Artifacts } from '../artifacts/artifacts.ts';
import { artifactId } from '../artifacts/ids.ts';
import type { OidcClient } from '../clients/client.entity.ts';
import type { ClientRegistry } from '../clients/registry.ts';
import { amazonErrors } from './errors.ts';
import { bareTokenOf } from './wire.ts';

/** The longest opaque token is a tenth of this. */
const longestToken = 512;

export interface Hands {
  artifacts: Pick<Artifacts, 'live'>;
  clients: Pick<ClientRegistry, 'find'>;
  sessions: Pick<Sessions, 'principalOf'>;
}

/** An access token that counts now, and whose it is. */
export interface Bearer {
  client: OidcClient;
  principal: Principal;
  /** Of what was granted, what the application may still ask for. */
  scopes: string[];
  /** In seconds. */
  issuedAt: number;
  expiresAt: number;
}

/**
 * The access token of a request, in any of Amazon's three ways: the Authorization header, `x-amz-access-token`, or the
 * address, where the application is registered for that.
 * @throws amazon.tokenMissing, amazon.tokenTwice, amazon.tokenInvalid, amazon.tokenInAddress, database.away
 */
export async function bearerOf(
  { artifacts, clients, sessions }: Hands,
  req: IncomingMessage,
  url: URL,
): Promise<Bearer> {
  const { token, inAddress } = presented(req, url);
  const bare = token.length > longestToken ? null : bareTokenOf('AccessToken', token);
  const row = bare === null ? null : await artifacts.live(artifactId('AccessToken', bare));
  const client = row && (await clients.find(row.clientId ?? ''));
  if (!row || row.userId === null || client?.protocol !== 'amazon') throw amazonErrors('amazon.tokenInvalid');
  const principal = await sessions.principalOf('user', row.userId);
  if (!principal?.mayBeIn || !isFor(client, principal)) throw amazonErrors('amazon.tokenInvalid');
  if (inAddress && !client.queryTokens) throw amazonErrors('amazon.tokenInAddress');
  const { scope, iat, exp } = JSON.parse(row.payload) as AdapterPayload;
  const scopes = (scope ?? '').split(' ').filter((one) => client.scopes.includes(one));
  return { client, principal, scopes, issuedAt: iat ?? 0, expiresAt: exp ?? 0 };
}

function presented(req: IncomingMessage, url: URL): { token: string; inAddress: boolean } {
  const { authorization, 'x-amz-access-token': own } = req.headers;
  const inAddress = url.searchParams.getAll('access_token');
  const ways = [authorization, own, ...inAddress].filter((way) => way !== undefined).flat();
  if (ways.length > 1) throw amazonErrors('amazon.tokenTwice');
  const token = authorization === undefined ? ways[0] : /^bearer +(\S+)$/i.exec(authorization)?.[1];
  if (!token) throw amazonErrors('amazon.tokenMissing');
  return { token, inAddress: inAddress.length > 0 };
}

/** A client that was bound to an account since serves nobody else any more. */
const isFor = (client: OidcClient, { organisationId, accountId }: Principal): boolean =>
  client.organisationId === organisationId && (client.accountId === null || client.accountId === accountId);
