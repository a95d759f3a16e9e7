export const texts = {
  title: 'People in no account',
  intro:
    'Whoever registers on their own is in no account, and no organisation manages them. You see them since your ' +
    'organisation looks after this installation.',
  caption: 'People in no account',
  none: 'Nobody is in no account.',
  nobody: 'Nobody matches. Try a shorter part of the address or the name.',
  suspend: 'Suspend',
  activate: 'Activate',
  reason: 'Why suspended',
  reasonLabel: 'Reason',
  reasonHint: 'For the trail and for whoever looks after this installation. The person does not see it.',
  suspendTitle: (address: string): string => `Suspend ${address}?`,
  suspendSays: [
    'They are out at once, everywhere, with all that they hold, and cannot sign in.',
    'Their address cannot be registered anew, and no other password can be chosen, until you activate them.',
  ],
  suspendButton: 'Suspend',
  activateTitle: (address: string): string => `Activate ${address}?`,
  activateSays: ['They may sign in again. What ended when they were suspended stays ended.'],
  activateButton: 'Activate',
};
