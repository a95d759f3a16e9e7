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
  'directory.nothingHeld': { kind: 'Conflict', text: 'No changes of this directory wait for anybody.' },
  'directory.heldChanged': {
    kind: 'Conflict',
    text: 'There are {people} people now whom this concerns. Look at the list again before you let it go on.',
  },
  'scimKey.tooMany': { kind: 'BadRequest', text: 'A connection can have at most {limit} access keys at once.' },
});
