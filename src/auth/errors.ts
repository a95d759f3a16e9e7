import { errors } from '../platform/errors/errors.ts';

export const authErrors = errors({
  'connection.notFound': { kind: 'NotFound', text: 'There is no such OpenID connection.' },
  'connection.otherSource': {
    kind: 'Conflict',
    text:
      'This account has its people and permission tiers from another directory. An account has one source at a time: ' +
      'disconnect that one first.',
  },
  'connection.issuerInvalid': {
    kind: 'BadRequest',
    text: 'The issuer must be an https address without query or fragment, as the provider gives it.',
  },
  'connection.clientInvalid': { kind: 'BadRequest', text: 'The client ID must have 1 to 256 printable characters.' },
  'connection.secretMissing': {
    kind: 'BadRequest',
    text: 'The client secret is needed: it is kept only while the issuer and the client ID stay the same.',
  },
  'connection.redirectInvalid': {
    kind: 'BadRequest',
    text:
      'The shared redirect URI serves the sole connection of this installation, or an issuer that announces itself in ' +
      'its answers (RFC 9207). Use the connection’s own redirect URI.',
  },
  'connection.discoveryFailed': {
    kind: 'BadRequest',
    text: 'The issuer’s discovery document could not be read, or does not name this issuer: {reason}.',
  },
  'connection.incomplete': {
    kind: 'BadRequest',
    text: 'The issuer’s discovery document lacks {what}, which signing in needs.',
  },
  'signIn.parameterInvalid': { kind: 'BadRequest', text: 'The parameter {name} cannot be used for signing in.' },
  'signIn.noConnection': {
    kind: 'BadRequest',
    text: 'No company here uses that identity provider. Check the link, or ask your administrator.',
  },
  'connection.endpointRefused': {
    kind: 'BadRequest',
    text: 'The discovery document gives {what} an address that cannot be used: {reason}.',
  },
  'signIn.stale': {
    kind: 'BadRequest',
    text: 'This sign-in was not begun in this browser, was used already, or took too long. Please sign in again.',
  },
  'signIn.refusedByProvider': {
    kind: 'Forbidden',
    text: 'Your company’s sign-in did not let you in. Please try again, or ask your administrator.',
  },
  'signIn.notProved': {
    kind: 'BadRequest',
    text: 'The answer of your company’s sign-in could not be trusted, so nobody was signed in.',
  },
  'signIn.providerUnavailable': {
    kind: 'BadGateway',
    text: 'Your company’s sign-in cannot be reached at the moment. Please try again in a minute.',
  },
  'signIn.unknownPerson': {
    kind: 'Forbidden',
    text: 'Your company’s directory has not given you access yet. Ask your administrator to assign you.',
  },
  'signIn.anotherSubject': {
    kind: 'Forbidden',
    text: 'Your company’s sign-in names another person than before for your address. Ask your administrator.',
  },
  'signIn.notEntitled': { kind: 'Forbidden', text: 'You may not sign in at the moment. Ask your administrator.' },
  'signIn.atCompany': {
    kind: 'Forbidden',
    text:
      'Your company has claimed the domain {domain}: you sign in there from now on. Type your address, and ask your ' +
      'administrator for access if that does not let you in.',
  },
  'session.foreign': { kind: 'Forbidden', text: 'Another site may not ask whether you are signed in.' },
  'session.tooManyPages': { kind: 'Throttled', text: 'Too many pages of this session are open. Please close some.' },
  'identity.notFound': { kind: 'NotFound', text: 'This person is not joined to that subject.' },
  'application.notFound': { kind: 'NotFound', text: 'You have given nothing to that application.' },
  'interaction.over': {
    kind: 'BadRequest',
    text: 'This sign-in took too long, was finished already, or was begun in another browser. Start again from the application.',
  },
  'consent.refused': { kind: 'Forbidden', text: 'The person did not agree.' },
  'proof.passwordWrong': { kind: 'Forbidden', text: 'That is not your password.' },
  'proof.needed': { kind: 'Forbidden', text: 'Please prove once more that it is you, and try again.' },
  'session.notFound': { kind: 'NotFound', text: 'That device is not signed in.' },
});
