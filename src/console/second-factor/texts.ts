import { counted } from '../parts.ts';

export const texts = {
  title: 'Second factor',
  directoryRequired: 'A sign-in with a password of this directory needs a second factor of Carillon’s too.',
  directoryOptional: 'A sign-in with a password of this directory needs nothing else.',
  accountRequired: 'People who sign in with a password that Carillon keeps need a second factor.',
  accountOptional: 'A second factor is left to each of the people who sign in with a password that Carillon keeps.',
  require: 'Require a second factor',
  relax: 'Do not require it any more',
  requireTitle: 'Require a second factor?',
  requireSays: [
    'From the next sign-in on, a password alone lets nobody in: a passkey or the code of an authenticator app is asked for as well. Who has none sets one up at that moment.',
    'Whoever is signed in stays in. Who loses a second factor needs one of their recovery codes, or you: reset their second factors on their page.',
  ],
  requireButton: 'Require it',
  relaxTitle: 'Stop requiring a second factor?',
  relaxDirectory: [
    'A password of the directory is enough then, also for those who have a second factor.',
    'What people have set up is kept, and counts again when you require it again.',
  ],
  relaxAccount: ['Who has a second factor is still asked for it; nobody else has to set one up.'],
  relaxButton: 'Stop requiring it',
  person: 'Second factors',
  none: 'No second factor is set up.',
  has: (totp: boolean, passkeys: number, codes: number): string =>
    [
      totp ? 'authenticator app' : '',
      passkeys > 0 ? counted(passkeys, 'passkey', 'passkeys') : '',
      counted(codes, 'recovery code left', 'recovery codes left'),
    ]
      .filter(Boolean)
      .join(', '),
  reset: 'Reset second factors',
  resetTitle: (name: string): string => `Reset the second factors of ${name}?`,
  resetSays: [
    'For somebody who has lost them: their authenticator app, passkeys and recovery codes are void at once, and they are signed out of all devices.',
    'Where a second factor is required they set up another at the next sign-in, after the password alone: make sure that it is they who ask.',
  ],
  resetButton: 'Reset second factors',
};
