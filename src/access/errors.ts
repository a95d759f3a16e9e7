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
  'accessKey.notFound': { kind: 'NotFound', text: 'There is no such access key.' },
  'accessKey.tooMany': {
    kind: 'Conflict',
    text: 'An administrator can have {limit} access keys. Delete one that is not used any more.',
  },
  'access.denied': { kind: 'Forbidden', text: 'You are not authorized to perform {action} on this resource.' },
});
