export const texts = {
  title: 'Administrators',
  intro: 'Everybody here may do everything in the console. Have at least two, so that none can be locked out alone.',
  userName: 'User name',
  state: 'State',
  factor: 'Second factor',
  lastSeen: 'Last signed in',
  active: 'Active',
  invited: 'Invited',
  you: 'You',
  passkeys: (count: number): string => `${count} ${count === 1 ? 'passkey' : 'passkeys'}`,
  totp: 'Authenticator app',
  invite: 'Invite an administrator',
  inviteHint: 'Letters, digits or any of + = , . @ _ -',
  inviteSays: 'You get a link to hand over. Whoever opens it sets a password and is an administrator.',
  inviteButton: 'Invite',
  linkTitle: (userName: string): string => `A link for ${userName}`,
  linkWarning: 'Hand this link over yourself. It works once, for a day, and is shown only this once.',
  linkBack: 'Done',
  link: 'Link',
  newLink: 'New link',
  newLinkTitle: (userName: string): string => `A new link for ${userName}?`,
  newLinkSays: 'The link that was made before stops working.',
  newLinkButton: 'Make a new link',
  reset: 'Reset',
  resetTitle: (userName: string): string => `Reset ${userName}?`,
  resetSays: [
    'For somebody who has lost their second factors or password. Both are void at once, with the recovery codes, and ' +
      'every session ends.',
    'You get a link to hand over, by which a new password is set. Make sure that it is really they who ask.',
  ],
  resetButton: 'Reset',
  remove: 'Remove',
  removeTitle: (userName: string): string => `Remove ${userName}?`,
  removeYourself: 'Remove yourself?',
  removeSays: (sessions: number): string =>
    sessions === 0
      ? 'They can no longer sign in.'
      : `They can no longer sign in, and are signed out of ${sessions} ${sessions === 1 ? 'device' : 'devices'} at once.`,
  removeSelfSays: 'You are signed out at once, and only another administrator can let you in again.',
  removeTyped: 'Type your own user name to confirm',
  removeButton: 'Remove',
  policy: 'Second factor',
  required: 'Every administrator needs a second factor.',
  optional: 'A second factor is left to each administrator.',
  require: 'Require it of everybody',
  requireTitle: 'Require a second factor?',
  requireSays: (without: number): string =>
    without === 0
      ? 'Everybody who can sign in has one already. Whoever is invited sets one up at the first sign-in.'
      : `${without} ${without === 1 ? 'administrator has' : 'administrators have'} none: they are signed out, and set one ` +
        'up when they sign in again.',
  relax: 'Leave it to each',
  relaxTitle: 'Leave the second factor to each?',
  relaxSays: 'Those who have one still need it to sign in. They may remove it.',
  policyButton: 'Change',
};
