import { errors } from '../platform/errors/errors.ts';

export const directoryErrors = errors({
  'group.notFound': { kind: 'NotFound', text: 'There is no such group.' },
  'group.nameTaken': { kind: 'Conflict', text: 'Another group of this directory is named {value}.' },
  'group.memberUnknown': {
    kind: 'BadRequest',
    text: 'This directory has pushed no user or group with the id {value}.',
  },
  'group.tooManyNested': {
    kind: 'BadRequest',
    text: 'A directory can have at most {limit} groups as members of groups.',
  },
  'mapping.groupNotFound': {
    kind: 'NotFound',
    text:
      'The group {name} is not found. The name must match a pushed group exactly; the two systems might not have ' +
      'completed the sync yet. Wait for a few minutes, and add the group again.',
  },
  'mapping.notFound': { kind: 'NotFound', text: 'That group has no permission tier here.' },
  'mapping.tierInvalid': { kind: 'BadRequest', text: 'The permission tier must be Basic or Pro.' },
  'scimKey.notFound': { kind: 'NotFound', text: 'There is no such access key.' },
  'scimKey.connectionGone': { kind: 'NotFound', text: 'The directory that this key was for is no longer connected.' },
  'scimKey.nameInvalid': { kind: 'BadRequest', text: 'An access key needs a name of 1 to 200 characters.' },
  'scimKey.expiryInvalid': {
    kind: 'BadRequest',
    text: 'The end of an access key is a day to come, such as 2031-05-31, or a time such as 2031-05-31T12:00:00Z.',
  },
  'scimKey.overlapInvalid': {
    kind: 'BadRequest',
    text: 'The key that is replaced can go on for 0 to {most} hours.',
  },
  'scimKey.tooMany': { kind: 'BadRequest', text: 'A connection can have at most {limit} access keys at once.' },
});
