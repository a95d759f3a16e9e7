export const texts = {
  title: 'Your sign-in',
  intro: 'How you prove who you are, and where you are signed in.',
  offer:
    'Your password is all that protects your sign-in. Add a passkey or an authenticator app: a stolen password then ' +
    'opens nothing.',
  offerLink: 'Protect your sign-in',
  passwordHint: (minimum: number): string =>
    `At least ${minimum} characters. A few words that only you would put together are best.`,
  passwordAgain: 'Password, again',
  passwordChange: 'Change password',
  passwordSays: 'All your other devices are signed out.',
  passwordKeys: 'Your access keys go on working. If somebody else may have known your password, deactivate them:',
  passwordKeysLink: 'Access keys',
  newPassword: 'New password',
  passkeysNone: 'You have no passkey yet. It signs you in without a password, by your device’s screen lock or a key.',
  confirmIntro: 'This changes who can sign in. Please prove once more who you are.',
};
