import type { KoaContextWithOIDC } from 'oidc-provider';
import { deviceGrant } from '../clients/kinds.ts';
import { sentToken } from './wire.ts';
import { errorBody, serverError } from './words.ts';

/** In seconds: how often a device may ask (RFC 8628 §3.2), as Amazon has it. */
export const pollSeconds = 30;

interface Answer {
  error?: string;
  error_description?: string;
  access_token?: string;
  refresh_token?: string;
  expires_in?: number;
  device_code?: string;
  user_code?: string;
  verification_uri?: string;
}

/** What oidc-provider tells a program, in Amazon's shape: tokens, code pairs, errors. */
export function answerProgram(ctx: KoaContextWithOIDC): void {
  const route = (ctx.oidc as KoaContextWithOIDC['oidc'] | undefined)?.route;
  if ((route !== 'token' && route !== 'device_authorization') || typeof ctx.body !== 'object' || !ctx.body) return;
  const { status } = ctx;
  const body = ctx.body as Answer;
  if (body.error !== undefined) ctx.body = errorBody(nameOf(ctx, body.error), body.error_description ?? body.error);
  else if (route === 'token') ctx.body = tokensOf(body);
  else ctx.body = codePairOf(body);
  ctx.status = status;
}

const tokensOf = ({ access_token: access, refresh_token: refresh, expires_in }: Answer) => ({
  access_token: sentToken('AccessToken', access ?? ''),
  token_type: 'bearer',
  expires_in,
  ...(refresh !== undefined && { refresh_token: sentToken('RefreshToken', refresh) }),
});

const codePairOf = ({ user_code, device_code, verification_uri, expires_in }: Answer) => ({
  user_code,
  device_code,
  verification_uri,
  expires_in,
  interval: pollSeconds,
});

function nameOf({ oidc }: KoaContextWithOIDC, error: string): string {
  if (error === 'server_error') return serverError;
  const grant = oidc.params?.['grant_type'];
  // A device that has used up its codes, or let them expire, is to ask for others.
  if (grant === deviceGrant && (error === 'invalid_grant' || error === 'expired_token')) return 'invalid_code_pair';
  // oidc-provider calls every refusal of a grant type that it knows a bad request.
  const isForbidden = typeof grant === 'string' && oidc.client?.grantTypeAllowed(grant) === false;
  return error === 'invalid_request' && isForbidden ? 'unauthorized_client' : error;
}
