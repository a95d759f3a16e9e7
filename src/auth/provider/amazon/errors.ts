import { errors } from '../../../platform/errors/errors.ts';

/** What is refused before oidc-provider is asked, and where it is not; `words.ts` has Amazon's names for each. */
export const amazonErrors = errors({
  'amazon.methodWrong': { kind: 'MethodNotAllowed', text: 'This address takes {methods}.' },
  'amazon.parameterMissing': { kind: 'BadRequest', text: 'The parameter {parameter} is missing.' },
  'amazon.parameterTwice': { kind: 'BadRequest', text: 'A parameter is there more than once.' },
  'amazon.responseTypeUnsupported': { kind: 'BadRequest', text: 'The response_type must be device_code here.' },
  'amazon.grantTypeUnsupported': {
    kind: 'BadRequest',
    text: 'The grant_type must be authorization_code, refresh_token or device_code.',
  },
  'amazon.scopeInvalid': { kind: 'BadRequest', text: 'The scope must be of those that the application registered.' },
  'amazon.clientUnknown': {
    kind: 'Unauthorized',
    text: 'There is no application of that client_id that uses Login with Amazon.',
  },
  'amazon.clientUnauthorized': { kind: 'BadRequest', text: 'The application is not registered for this.' },
  'amazon.codePairInvalid': {
    kind: 'BadRequest',
    text: 'The device_code and user_code do not belong together, were used, or have expired. Ask for new ones.',
  },
  'amazon.polledTooSoon': { kind: 'BadRequest', text: 'Ask every {seconds} seconds, not more often.' },
  'amazon.tokenMissing': { kind: 'BadRequest', text: 'The access token is missing.' },
  'amazon.tokenTwice': { kind: 'BadRequest', text: 'The access token must come in one way only.' },
  'amazon.tokenInAddress': {
    kind: 'BadRequest',
    text: 'The access token must come in the Authorization header: this application may not send it in an address.',
  },
  'amazon.tokenInvalid': {
    kind: 'BadRequest',
    text: 'The access token has expired, was taken back, or is none of this server’s.',
  },
  'amazon.scopeInsufficient': { kind: 'Unauthorized', text: 'The access token is for nothing of the profile.' },
});
