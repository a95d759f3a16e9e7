export const texts = {
  title: 'Set up Carillon',
  again: 'Set a new password',
  intro: 'You are the first administrator. This link works once.',
  introInvited: (organisation: string): string =>
    `This link is for an administrator of ${organisation}, and works once.`,
  introAgain: 'Choose a new password. This link works once, and every session that you have ends.',
  number: 'Your organisation’s number, which you need to sign in:',
  named: 'Your user name:',
  organisationName: 'Organisation',
  organisationHint: 'The name of your company.',
  userName: 'User name',
  password: 'Password',
  passwordHint: (minimum: number): string =>
    `At least ${minimum} characters. A few words that only you would put together are best.`,
  passwordAgain: 'Password, again',
  submit: 'Set password and sign in',
};
