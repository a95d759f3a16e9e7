import { errors } from '../errors/errors.ts';

export const secretsError = errors({
  'secrets.keyringDamaged': {
    kind: 'ServiceFailure',
    text: 'The keyring cannot be read. Restore it from a backup; nothing was changed.',
  },
  'secrets.unsealable': { kind: 'ServiceFailure', text: 'A stored secret cannot be opened.' },
  'secrets.retireTooSoon': {
    kind: 'Conflict',
    text: 'The current key was made less than a minute ago. Try again shortly.',
  },
  'password.busy': { kind: 'Throttled', text: 'Too many people are signing in at this moment. Try again shortly.' },
  'password.tooShort': { kind: 'BadRequest', text: 'Choose a password of at least {minimum} characters.' },
  'password.tooLong': { kind: 'BadRequest', text: 'Choose a password of at most {maximum} characters.' },
  'password.tooCommon': {
    kind: 'BadRequest',
    text: 'This password is easy to guess. Avoid common words, your own name, sequences and repetition.',
  },
});
