import type { OutCause } from '../../users/lifecycle/out.ts';

export const texts = {
  title: 'Receipts',
  intro:
    'What each no has ended, and how long that took. From the moment it was said everything was refused; the rest is the closing of what was open.',
  none: 'Nothing was ended yet. When somebody is put out, what that ended is listed here.',
  caption: 'What was ended',
  who: 'Whom',
  erased: 'Erased person',
  cause: 'Cause',
  said: 'Said at',
  sessions: 'Sessions ended',
  streams: 'Open pages told',
  took: 'Closed after',
  milliseconds: (ms: number): string => `${ms} ms`,
  causes: {
    administrator: 'Suspended by an administrator',
    directory: 'Deactivated by the directory',
    group: 'In no group with a permission tier any more',
    domain: 'Domain no longer verified here',
    deleted: 'Deleted by the directory',
    removed: 'Removed by an administrator',
    account: 'The account was deleted',
    signOut: 'Signed out by an administrator',
    left: 'Deleted their own account',
    passwordChanged: 'Changed their password',
  } satisfies Record<OutCause, string>,
};
