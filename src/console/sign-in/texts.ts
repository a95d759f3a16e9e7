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
  enrolIntro:
    'Your organisation requires one beside your password. Choose a passkey or an authenticator app; you can add others ' +
    'later.',
};
