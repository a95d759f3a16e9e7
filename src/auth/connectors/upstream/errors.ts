import { errors } from '../../../platform/errors/errors.ts';

export const upstreamErrors = errors({
  'upstream.notFound': { kind: 'NotFound', text: 'There is no such sign-in here.' },
  'upstream.nameInvalid': {
    kind: 'BadRequest',
    text: 'The name must have 1 to 60 printable characters, and begin and end with none that is blank.',
  },
  'upstream.nameTaken': { kind: 'Conflict', text: 'There is a provider with that name, or one too like it, already.' },
  'upstream.kindInvalid': { kind: 'BadRequest', text: 'The kind must be openid, oauth or amazon.' },
  'upstream.missing': { kind: 'BadRequest', text: 'A provider of the kind {kind} needs {what}.' },
  'upstream.unfit': { kind: 'BadRequest', text: 'A provider of the kind {kind} has no {what} to be given.' },
  'upstream.endpointInvalid': {
    kind: 'BadRequest',
    text: 'The {what} must be an https address without user name and fragment, of 1024 characters at most.',
  },
  'upstream.endpointRefused': { kind: 'BadRequest', text: 'The {what} cannot be used: {reason}' },
  'upstream.scopeInvalid': {
    kind: 'BadRequest',
    text: 'Scopes are words parted by blanks, of 512 characters at most; OpenID providers are asked for openid.',
  },
  'upstream.fieldInvalid': {
    kind: 'BadRequest',
    text: 'The {what} must be the name of a field, with a dot before each that is inside another.',
  },
  'upstream.authenticationInvalid': { kind: 'BadRequest', text: 'A client authenticates by basic or by post.' },
  'upstream.secretMissing': {
    kind: 'BadRequest',
    text: 'The client secret is needed: it is kept only while the client ID and the addresses that get it stay the same.',
  },
  'upstream.changed': {
    kind: 'Conflict',
    text: 'The provider was changed meanwhile, so nothing was done. Please try again.',
  },
  'upstream.refused': {
    kind: 'Forbidden',
    text: 'The other side did not let you in, or you did not agree. You can try again, or sign in another way.',
  },
  'upstream.notProved': {
    kind: 'BadRequest',
    text: 'The answer of the other side could not be trusted, so nobody was signed in.',
  },
  'upstream.unavailable': {
    kind: 'BadGateway',
    text: 'The other side cannot be reached at the moment. Please try again in a minute, or sign in another way.',
  },
  'upstream.addressKnown': {
    kind: 'Conflict',
    text:
      'There is an account with your address already. Sign in to it as you did before, then link this sign-in under ' +
      '“Ways to sign in”. Nothing is linked by an address alone.',
  },
  'upstream.addressElsewhere': {
    kind: 'Forbidden',
    text: 'Your address belongs to a company that has a sign-in of its own. Enter the address, and you are taken there.',
  },
  'upstream.directory': {
    kind: 'Forbidden',
    text: 'Your company’s own sign-in says who you are. Sign in there, with your address.',
  },
  'upstream.offerGone': {
    kind: 'BadRequest',
    text: 'This took too long, was finished already, or was begun in another browser. Please begin again.',
  },
  'upstream.otherSession': {
    kind: 'Forbidden',
    text: 'Whoever began this is not signed in here any more. Sign in, and link it again.',
  },
  'upstream.linkedElsewhere': {
    kind: 'Conflict',
    text: 'Another account here signs in with that already.',
  },
  'upstream.linkedAlready': {
    kind: 'Conflict',
    text: 'Your account is linked there with somebody else. Unlink that first.',
  },
  'upstream.notLinked': { kind: 'NotFound', text: 'Your account is not linked there.' },
  'upstream.lastWay': {
    kind: 'Conflict',
    text: 'This is your only way to sign in. Set a password first, or link another one.',
  },
});
