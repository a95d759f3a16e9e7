import type { ServerResponse } from 'node:http';
import { requestContext } from '../../../platform/context/context.ts';
import { asCarillonError } from '../../../platform/http/errors.ts';
import { errorHeaders, reportError, sendJson } from '../../../platform/http/reply.ts';
import type { Log } from '../../../platform/log/log.ts';

/** Our codes → the names that Amazon's documents give them (RFC 6749 §5.2, RFC 6750 §3.1, RFC 8628 §3.5). */
const names: Readonly<Record<string, string>> = {
  'amazon.responseTypeUnsupported': 'unsupported_response_type',
  'amazon.grantTypeUnsupported': 'unsupported_grant_type',
  'amazon.scopeInvalid': 'invalid_scope',
  'amazon.clientUnknown': 'invalid_client',
  'amazon.clientUnauthorized': 'unauthorized_client',
  'amazon.codePairInvalid': 'invalid_code_pair',
  'amazon.polledTooSoon': 'slow_down',
  'amazon.tokenInvalid': 'invalid_token',
  'amazon.scopeInsufficient': 'insufficient_scope',
};

/** What Amazon calls a fault of the server's own. */
export const serverError = 'ServerError';

interface ErrorBody {
  error: string;
  error_description: string;
  request_id: string;
}

/** An error as every one of Amazon's addresses tells it to a program. */
export const errorBody = (error: string, description: string): ErrorBody => ({
  error,
  error_description: description,
  request_id: requestContext().requestId,
});

/** Answers a program with an error, and notes in the log what it is not told. */
export function refuseProgram(log: Log, res: ServerResponse, thrown: unknown): void {
  reportError(log, thrown);
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { code, status, message } = asCarillonError(thrown);
  const other = status === 429 ? 'temporarily_unavailable' : status >= 500 ? serverError : 'invalid_request';
  const { 'www-authenticate': bearer, ...headers } = errorHeaders(thrown);
  const asksForToken = code === 'amazon.scopeInsufficient' && bearer !== undefined;
  sendJson(res, status, errorBody(names[code] ?? other, message), {
    ...headers,
    ...(asksForToken && { 'www-authenticate': 'Bearer error="insufficient_scope"' }),
  });
}
