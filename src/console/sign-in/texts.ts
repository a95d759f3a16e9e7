export const texts = {
  title: 'Sign in to the console',
  intro: 'For administrators.',
  organisation: 'Organisation',
  organisationHint: 'Its twelve digits.',
  userName: 'User name',
  password: 'Password',
  submit: 'Sign in',
  ended: 'You are signed out.',
};
