/** The words of a person's own sign-in. */
export const texts = {
  title: 'Your sign-in',
  link: 'How you sign in, and your devices',
  intro: 'How you prove who you are, and where you are signed in.',
  offerOwn:
    'Your password is all that protects your sign-in. Add a passkey or an authenticator app: a stolen password then ' +
    'opens nothing.',
  offerRequired: 'You need a second factor at your next sign-in. You can set it up now.',
  passwordLink: 'Change password',
  passkeysNoneOwn:
    'You have no passkey yet. It signs you in without a password, by your device’s screen lock or a key.',
  passkeysNone:
    'You have no passkey yet. It proves after your password that it is you, by your device’s screen lock or a key.',
  confirmIntro: 'This changes how you sign in. Please prove once more who you are.',
  nothing:
    'You have no second factor yet, so there is nothing to prove it by. Sign out and in again, and come back here.',
  nothingLink: 'Back',
  back: 'Back to your page',
  enrolIntro:
    'Your company requires a second factor beside your password. Choose a passkey or an authenticator app; you can add ' +
    'others later.',
};

/** What is said after a change, by its code in the query. */
export const flashes = new Map([
  ['factorAdded', 'Your second factor was added.'],
  ['factorRemoved', 'The second factor was removed.'],
  ['deviceEnded', 'That device is signed out.'],
  ['devicesEnded', 'All your other devices are signed out.'],
]);
