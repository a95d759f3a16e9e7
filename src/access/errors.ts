import { errors } from '../platform/errors/errors.ts';

export const accessErrors = errors({
  'administrator.linkInvalid': {
    kind: 'NotFound',
    text:
      'This link was used already, is too old, or was replaced by a newer one. Another administrator can make a new ' +
      'one, and so can whoever runs the server, with: npm run carillon -- admin link',
  },
  'administrator.nameInvalid': {
    kind: 'BadRequest',
    text: 'The user name must have 1 to 64 letters, digits or any of + = , . @ _ -',
  },
  'administrator.passwordsDiffer': { kind: 'BadRequest', text: 'The two passwords are not the same.' },
  'administrator.nameTaken': { kind: 'Conflict', text: 'Another administrator has that user name.' },
  'administrator.signInFailed': {
    kind: 'Unauthorized',
    text: 'That organisation, user name and password do not go together.',
  },
  'administrator.notSetUp': { kind: 'NotFound', text: 'There is no such administrator.' },
  'administrator.notFound': { kind: 'NotFound', text: 'There is no such administrator.' },
  'administrator.sessionNotFound': { kind: 'NotFound', text: 'That device is not signed in.' },
  'administrator.several': {
    kind: 'BadRequest',
    text: 'There are several administrators. Say which, by user name and organisation.',
  },
  'administrator.last': {
    kind: 'Conflict',
    text: 'Nobody else could sign in then. Another administrator must have set a password first.',
  },
  'administrator.oneself': {
    kind: 'Conflict',
    text: 'Your own password and second factors are changed on the page “Your sign-in”.',
  },
  'administrator.notTyped': { kind: 'BadRequest', text: 'That is not your user name.' },
  'administrator.tooMany': { kind: 'Conflict', text: 'An organisation has at most {most} administrators.' },
  'administrator.passwordWrong': { kind: 'Forbidden', text: 'That is not your password.' },
  'administrator.proofNeeded': { kind: 'Forbidden', text: 'Please prove once more that it is you, and try again.' },
  'administrator.sessionOver': {
    kind: 'Forbidden',
    text: 'You were signed out meanwhile. Nothing was changed.',
  },
  'signIn.begunElsewhere': {
    kind: 'BadRequest',
    text: 'This sign-in took too long, had too many wrong codes, or was begun elsewhere. Please begin again.',
  },
  'factor.codeWrong': {
    kind: 'Forbidden',
    text: 'That code is wrong, or was used already. Wait for the next one, and check the clock of your device.',
  },
  'factor.tooManyCodes': {
    kind: 'Throttled',
    text:
      'Too many wrong codes were tried for this administrator. Use a passkey, a recovery code, or a browser in which ' +
      'you have signed in before; or try again later.',
  },
  'factor.offerStale': { kind: 'BadRequest', text: 'This page was open for too long. Scan the new code, please.' },
  'factor.required': {
    kind: 'Conflict',
    text: 'Your organisation requires a second factor, so the last one cannot be removed. Add another first.',
  },
  'factor.none': { kind: 'Conflict', text: 'Add an authenticator app or a passkey first.' },
  'factor.notFound': { kind: 'NotFound', text: 'There is no such second factor.' },
  'passkey.refused': {
    kind: 'Forbidden',
    text: 'The passkey was not accepted. It may be unknown here, or the page was open for too long. Please try again.',
  },
  'passkey.nameInvalid': { kind: 'BadRequest', text: 'The name must have 1 to 64 characters.' },
  'passkey.tooMany': { kind: 'Conflict', text: 'You have {most} passkeys. Remove one that you do not use first.' },
  'passkey.impossible': {
    kind: 'Conflict',
    text: 'Passkeys need a host name and https (or localhost) in PUBLIC_URL. Whoever runs the server can set it.',
  },
  'accessKey.notFound': { kind: 'NotFound', text: 'There is no such access key.' },
  'accessKey.tooMany': {
    kind: 'Conflict',
    text: 'An administrator can have {limit} access keys. Delete one that is not used any more.',
  },
  'access.denied': { kind: 'Forbidden', text: 'You are not authorized to perform {action} on this resource.' },
});
