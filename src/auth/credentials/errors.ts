import { errors } from '../../platform/errors/errors.ts';

export const credentialErrors = errors({
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
      'Too many wrong codes were tried for you. Use a passkey, a recovery code, or a browser in which you have signed ' +
      'in before; or try again later.',
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
});
