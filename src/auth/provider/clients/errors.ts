import { errors } from '../../../platform/errors/errors.ts';

export const clientErrors = errors({
  'client.notFound': { kind: 'NotFound', text: 'There is no such application in this organisation.' },
  'client.tooMany': { kind: 'BadRequest', text: 'An organisation can register at most {limit} applications.' },
  'client.nameInvalid': { kind: 'BadRequest', text: 'An application needs a name of 1 to 200 characters.' },
  'client.kindInvalid': { kind: 'BadRequest', text: 'The kind must be one of {kinds}.' },
  'client.protocolInvalid': {
    kind: 'BadRequest',
    text: 'What it speaks must be one of {protocols}. A service cannot use Login with Amazon.',
  },
  'client.accountInvalid': { kind: 'BadRequest', text: 'There is no such account in this organisation.' },
  'client.redirectInvalid': { kind: 'BadRequest', text: 'The address {uri} cannot be used here: {reason}.' },
  'client.redirectMissing': { kind: 'BadRequest', text: 'An application of this kind needs a redirect URI.' },
  'client.redirectUnwanted': { kind: 'BadRequest', text: 'An application of this kind has no redirect URIs.' },
  'client.tooManyUris': { kind: 'BadRequest', text: 'At most {limit} addresses can be given here.' },
  'client.grantInvalid': { kind: 'BadRequest', text: 'An application of this kind can have the grant types {grants}.' },
  'client.scopeInvalid': {
    kind: 'BadRequest',
    text: 'Scopes are at most {limit} words of up to 64 letters, digits and . : / _ -, and an application where people sign in needs openid.',
  },
  'client.amazonScopeInvalid': {
    kind: 'BadRequest',
    text: 'An application that uses Login with Amazon can ask for one or more of {scopes}.',
  },
  'client.settingForeign': {
    kind: 'BadRequest',
    text: 'This setting is for applications that use {protocol}.',
  },
  'client.sectorInvalid': {
    kind: 'BadRequest',
    text: 'The sector must be a host name. It is needed when the redirect URIs have more than one host.',
  },
  'client.subjectInvalid': {
    kind: 'BadRequest',
    text: 'The subject type must be pairwise or public, and public for an application without a redirect URI.',
  },
  'client.tokenFormatInvalid': { kind: 'BadRequest', text: 'The access token format must be opaque or jwt.' },
  'client.tokenLifeInvalid': { kind: 'BadRequest', text: 'Access tokens can live for 30 to {limit} seconds.' },
  'client.audienceInvalid': {
    kind: 'BadRequest',
    text: 'The audience must be an absolute URI without a fragment. Access tokens that are JWTs need one.',
  },
  'client.resourceInvalid': {
    kind: 'BadRequest',
    text: 'What a resource server answers to must be an absolute URI without a fragment.',
  },
  'client.keyInvalid': {
    kind: 'BadRequest',
    text: 'The key set must have 1 to {limit} public keys of type EC with the curve P-256, and no private part.',
  },
  'client.secretLess': { kind: 'Unprocessable', text: 'This application authenticates without a secret.' },
  'client.rotationInvalid': {
    kind: 'BadRequest',
    text: 'The former secret can stay good for 0 to {limit} hours.',
  },
  'client.tokenMissing': { kind: 'BadRequest', text: 'The parameter token is missing.' },
  'client.formInvalid': { kind: 'BadRequest', text: 'A parameter is there more than once.' },
  'client.refused': { kind: 'Unauthorized', text: 'The application’s credentials were not accepted.' },
});
