import type { ReadinessKind } from '../../directory/readiness/readiness.ts';

const lists: Record<ReadinessKind, { title: string; means: string }> = {
  noGroup: {
    title: 'In no group with a tier',
    means: 'The directory pushes them, but no group that has a permission tier holds them: they may not sign in.',
  },
  deactivated: {
    title: 'Deactivated by the directory',
    means: 'The directory says that they have left; whoever has not is activated there.',
  },
  suspended: {
    title: 'Suspended by an administrator',
    means: 'A group with a tier holds them; an administrator activates them, on their page.',
  },
  domain: {
    title: 'Domain not verified',
    means: 'A group with a tier holds them, but the domain of their primary address is not verified here.',
  },
  neverSignedIn: {
    title: 'Never signed in',
    means: 'Nothing keeps them out. Whether the application is assigned to them shows at their first sign-in.',
  },
  notPushed: {
    title: 'Not pushed by the directory',
    means: 'They are in this account, but not among the people of the application: assign it to them.',
  },
  unknownMember: {
    title: 'Unknown members',
    means: 'A group with a tier names ids that are nobody’s here: push those people, then the group again.',
  },
};

export const readinessTexts = {
  title: 'Readiness',
  link: 'Who is ready to sign in, and who is not',
  intro: 'Whether the people of the SSO application and those of the groups with a permission tier are the same.',
  pushed: 'People whom the directory pushes',
  ready: 'Ready, and have signed in',
  lists,
  count: 'People',
  list: 'List',
  means: 'What it means',
  person: 'Person',
  address: 'Address',
  id: 'Member ID',
  group: 'In the group',
  nobody: 'Nobody is in this list.',
  back: 'All lists',
  toConnection: 'Single sign-on',
};
