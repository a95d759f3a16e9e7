import { createHash } from 'node:crypto';
import type { Connection } from './connection.entity.ts';

/** The path of the guide's redirect URI, and the start of every connection's own. */
export const callbackPath = '/auth/okta/callback';
/** The path of the guide's initiate-login URI (OpenID Connect Core §4). */
export const initiatePath = '/auth/okta';

/**
 * The id of an account's connection: known before there is one, since a provider wants its redirect URI first. It
 * stands in that address, and is no secret.
 */
export const connectionIdOf = (accountId: string): string =>
  createHash('sha256').update(`connection of ${accountId}`).digest('hex').slice(0, 16);

/** What an administrator copies into their provider; all from PUBLIC_URL, never from a request. */
export interface ConnectionAddresses {
  redirectUri: string;
  initiateLoginUri: string;
}

export function addressesOf(publicUrl: string, connection: Pick<Connection, 'id' | 'redirect'>): ConnectionAddresses {
  const own = connection.redirect === 'own' ? `/${connection.id}` : '';
  return {
    redirectUri: `${publicUrl}${callbackPath}${own}`,
    initiateLoginUri: `${publicUrl}${initiatePath}${own}`,
  };
}
