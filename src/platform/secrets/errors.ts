import { errors } from '../errors/errors.ts';

export const secretsError = errors({
  'secrets.keyringDamaged': {
    kind: 'ServiceFailure',
    text: 'The keyring cannot be read. Restore it from a backup; nothing was changed.',
  },
  'secrets.keyringMissing': {
    kind: 'ServiceFailure',
    text:
      'There is no keyring in {folder}, and the database holds secrets that only its own keyring opens. Put it back ' +
      'there, or let CERTS_DIR name the folder that it is in; none was made. If it is lost: docs/operations/keys.md.',
  },
  'secrets.keyringForeign': {
    kind: 'ServiceFailure',
    text:
      'The keyring in {folder} is not the one of this database: it does not open what was sealed by the key {keyId}. ' +
      'Put the right one back there, or let CERTS_DIR name the folder that it is in; nothing was changed.',
  },
  'secrets.fileThere': { kind: 'Conflict', text: 'Another keyring is at {path} already; it was not replaced.' },
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
