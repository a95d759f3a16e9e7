export const texts = {
  title: 'Sign in to the console',
  intro: 'For administrators.',
  organisation: 'Organisation',
  organisationHint: 'Its twelve digits.',
  userName: 'User name',
  password: 'Password',
  submit: 'Sign in',
  passkey: 'Sign in with a passkey',
  ended: 'You are signed out.',
  second: 'Second factor',
  usePasskey: 'Use a passkey',
  codeHint: 'Six digits from your authenticator app, or one of your recovery codes.',
  recoveryHint: 'Without your passkey: one of your recovery codes.',
  beginAgain: 'Begin again',
  enrol: 'Set up a second factor',
  enrolIntro:
    'Your organisation requires one beside your password. Choose a passkey or an authenticator app; you can add others ' +
    'later.',
  enrolPasskey: 'A passkey',
  enrolTotp: 'Or an authenticator app',
  codes: 'Your recovery codes',
  goOn: 'I have kept them: go on',
};
