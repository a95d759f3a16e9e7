import { clock } from '../../../platform/clock/clock.ts';
import type { Bearer } from './bearer.ts';

/** For whom a token was made, so that an application takes none that was made for another. */
export interface TokenInfo {
  iss: string;
  user_id: string;
  aud: string;
  app_id: string;
  /** For how many seconds it is still good. */
  exp: number;
  iat: number;
}

/** What is said of an access token that counts. */
export const tokenInfo = (issuer: string, { client, issuedAt, expiresAt }: Bearer, userId: string): TokenInfo => ({
  iss: issuer,
  user_id: userId,
  aud: client.id,
  app_id: `amzn1.application.${client.id.replaceAll('-', '')}`,
  exp: Math.max(0, expiresAt - Math.floor(clock.now() / 1000)),
  iat: issuedAt,
});
