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
  'directory.nothingHeld': { kind: 'Conflict', text: 'No changes of this directory wait for anybody.' },
  'directory.heldChanged': {
    kind: 'Conflict',
    text: '{changes} There are {people} people now whom this concerns. Look at the list again before you let it go on.',
  },
  'scimKey.tooMany': { kind: 'BadRequest', text: 'A connection can have at most {limit} access keys at once.' },
  'scimRequest.notFound': {
    kind: 'NotFound',
    text: 'There is no such request; of each access key the last 1,000 are kept.',
  },
  'scimRequest.readsNothing': {
    kind: 'BadRequest',
    text: 'Only requests that create, change or delete a user or a group can be replayed.',
  },
  'scimRequest.bodyMissing': {
    kind: 'BadRequest',
    text: 'This request cannot be replayed: its content is not kept, or not all of it.',
  },
  'scimRequest.erased': {
    kind: 'BadRequest',
    text: 'This request cannot be replayed: what it said of a person was erased.',
  },
  'scimRequest.connectionGone': {
    kind: 'Conflict',
    text: 'This request cannot be replayed: the directory that sent it is no longer connected.',
  },
  'scimRequest.changedSince': {
    kind: 'Conflict',
    text: 'What this would do is no longer what was shown: something has changed since. Nothing was done; look at its effect again.',
  },
  'scimRequest.effectInvalid': {
    kind: 'BadRequest',
    text: 'The effect of this replay was not shown to you within the last fifteen minutes. Look at it again.',
  },
});
