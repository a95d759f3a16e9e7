import { counted } from '../parts.ts';
import type { Loss } from '../../users/lifecycle/would-lose.ts';

export const texts = {
  title: 'Groups',
  intro:
    'Groups that your directory has pushed. People in a Pro group are Pro, people in a Basic group are Basic, people in both are Pro, and people in neither may not sign in.',
  directoryIntro: (name: string): string =>
    `Groups of ${name}, and the tiers that they give: to their members, to members of groups in them, and to people whose primary group they are. People in a Pro group are Pro, people in a Basic group are Basic, people in both are Pro, and people in neither may not sign in.`,
  directoryNone: 'No group was added yet, so nobody may sign in. Add the groups whose members may.',
  directoryHint: 'Exactly the name of the group in the directory; or its DN, where several have the same name.',
  none: 'No group was pushed yet. Push groups from your directory; here you then choose their permission tiers.',
  noneLink: 'Single sign-on has the SCIM base URL and the access keys',
  caption: 'Pushed groups and their permission tiers',
  directoryCaption: 'Groups of the directory and their permission tiers',
  gone: 'Gone from the directory',
  goneHint:
    'The directory does not return it any more, so it gives nobody access. It keeps its tier in case it comes back; another group of this name is another group.',
  group: 'Group',
  members: 'Members',
  tier: 'Permission tier',
  tierOf: (group: string): string => `Permission tier of ${group}`,
  waiting: 'Waiting for the group',
  waitingHint: 'It is gone from the directory. Pushed again under this name, it has its tier at once.',
  remove: 'Remove',
  save: 'Save',
  add: 'Add a group',
  addHint: 'Exactly the name of a pushed group.',
  addButton: 'Add group',
  name: 'Group name',
  removeTitle: (group: string): string => `No access for ${group}?`,
  loss: ({ people, signedIn }: Loss): string =>
    people === 0
      ? 'Nobody loses access by this at the moment: every member who may sign in has another group with a tier.'
      : `This puts out ${counted(people, 'person', 'people')} who may sign in by this group alone: they lose access at once, with all that they hold. ${counted(signedIn, 'of them has', 'of them have')} signed in lately.`,
  removeButton: 'Take the tier away',
};
