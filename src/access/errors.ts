import { errors } from '../platform/errors/errors.ts';

export const accessErrors = errors({
  'administrator.linkInvalid': {
    kind: 'NotFound',
    text:
      'This link was used already, is older than an hour, or was replaced by a newer one. ' +
      'Whoever runs the server can make another with: npm run carillon -- admin link',
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
  'accessKey.notFound': { kind: 'NotFound', text: 'There is no such access key.' },
  'accessKey.tooMany': {
    kind: 'Conflict',
    text: 'An administrator can have {limit} access keys. Delete one that is not used any more.',
  },
  'accessKey.ended': {
    kind: 'Conflict',
    text: 'This access key ended when the administrator’s password was set anew. Delete it, and create another.',
  },
  'access.denied': { kind: 'Forbidden', text: 'You are not authorized to perform {action} on this resource.' },
});
