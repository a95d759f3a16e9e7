import type { Because } from '../../users/entitlement/entitlement.ts';

/** The words of the person's pages. */
export const texts = {
  signIn: {
    title: 'Sign in',
    lead: 'Enter your e-mail address. Your company’s own sign-in asks for the rest, or the next page does.',
    label: 'E-mail address',
    button: 'Continue',
    unknown: 'We could not find a sign-in for that address. Check the address, or ask your administrator.',
    signedOut: 'You have signed out on this device.',
    register: 'I have no account yet',
    passkey: 'Sign in with a passkey',
  },
  password: {
    title: 'Sign in',
    lead: 'Sign in with the user name and the password that you use at your company.',
    name: 'User name or e-mail address',
    password: 'Password',
    button: 'Sign in',
    other: 'Use another address',
  },
  newPassword: {
    title: 'Choose another password',
    lead: 'Your company’s directory wants another password of you before you can sign in. It changes everywhere.',
    password: 'Present password',
    newPassword: 'New password',
    again: 'New password, again',
    tooLate: 'That took too long. Type your present password again; then you can choose another.',
    differs: 'The two new passwords are not the same.',
    button: 'Change the password and sign in',
  },
  refused: {
    title: 'You were not signed in',
    again: 'Try again',
    other: 'Use another address',
    ask: (contact: string): string => `Whom to ask: ${contact}.`,
    askAnyone: 'Ask the people who look after Carillon at your company.',
    account: (name: string): string => `The account is ${name}.`,
    reference: 'Reference',
    referenceHelp: 'If you ask for help, give this reference.',
    directory:
      'Your company’s directory does not answer as it should at the moment. It is not your password. Try again in a ' +
      'while; if that lasts, ask the people who look after Carillon at your company.',
  },
  instead: {
    title: 'You are signed in already',
    text: (address: string, host: string): string =>
      `You are signed in as ${address}. A link asks to sign you in through ${host} instead, which ends this on this device.`,
    hint: 'If you did not ask for that, stay signed in.',
    stay: 'Stay signed in',
    go: 'Sign in through the other',
  },
  over: { title: 'You have been signed out', link: 'Sign in again' },
  me: {
    title: 'You are signed in',
    name: 'Name',
    addresses: 'E-mail addresses',
    primary: 'primary',
    account: 'Account',
    tier: 'Permission tier',
    why: 'Why',
    devices: 'Devices signed in',
    devicesHint: 'If you do not know one of these, sign it out.',
    device: 'Device',
    clientAddress: 'Network address',
    since: 'Since',
    lastSeen: 'Last seen',
    action: 'Sign out',
    thisDevice: 'this device',
    now: 'now',
    signOut: 'Sign out',
    signOutDevice: (device: string, since: string): string => `Sign out ${device}, signed in since ${since}`,
    signOutHere: 'Sign out here',
    signOutElsewhere: 'Sign out everywhere else',
    applications: 'Applications',
    applicationsHint: 'These applications know you by your sign-in here. What you take back ends on every device.',
    application: 'Application',
    isTold: 'Is told',
    agreed: 'Agreed',
    ownApplication: 'what your company has set for its own applications',
    notAsked: 'not asked',
    takeBack: 'Take back',
    takeBackFrom: (name: string): string => `Take back from ${name}`,
    connectionLost: 'Connection lost, trying again.',
    links: 'Ways to sign in',
    passwordChanged: 'Your password was changed, and every other device was signed out.',
    alone: (tier: string): string => `You are in no account, so you have ${tier}.`,
    invitations: 'Invitations',
    invites: (account: string): string => `${account} invites you to its account.`,
    openInvitation: (account: string): string => `Look at the invitation to ${account}`,
  },
  device: {
    unknownBrowser: 'Unknown browser',
    on: (browser: string, system: string): string => `${browser} on ${system}`,
  },
};

/** Why a session is over: by the word that the check gives. */
const overTexts: Record<string, string> = {
  none: 'You are not signed in.',
  unknown: 'This sign-in is not known any more.',
  expired: 'Your sign-in has reached its end. Sign in again to go on.',
  administrator: 'An administrator has suspended your access.',
  directory: 'Your company’s directory has deactivated your access.',
  group: 'You are no longer in a group that gives access to Carillon.',
  domain: 'The domain of your e-mail address is no longer connected to your company’s account.',
  released: 'The domain of your e-mail address is no longer connected to your company’s account.',
  deleted: 'You were removed from your company’s account.',
  removed: 'An administrator has removed you from your company’s account.',
  account: 'Your company’s account was deleted.',
  signOut: 'You were signed out by an administrator. You can sign in again.',
  left: 'Your account was deleted from another device, by whoever was signed in there.',
  passwordChanged:
    'The password of your account was changed, which signs out every other device. Sign in with the new one.',
  signedInAgain: 'You have signed in again in this browser. Open the page again to go on.',
  renewed: 'You have proved again who you are. Open the page again to go on.',
  signedOutHere: 'You have signed out on this device.',
  signedOutElsewhere: 'You have signed out this device from another one.',
};

export const overText = (because: string): string =>
  overTexts[because] ?? 'Your sign-in is over. Please sign in again.';

/** A reason for or against, as the person reads it. */
export function becauseText(because: Because): string {
  switch (because.kind) {
    case 'group':
      return `You are in the group “${because.groupName}”, which gives ${because.tier}.`;
    case 'assigned':
      return `Your account gives you ${because.tier}.`;
    case 'trial':
      return `Your trial gives you Pro until ${new Date(because.until).toISOString().slice(0, 10)}.`;
    case 'noGroup':
      return 'Your company knows you, but you are in none of the groups that give access to Carillon.';
    case 'directory':
      return 'Your company’s directory says that your access is not active.';
    case 'administrator':
      return 'An administrator has suspended your access.';
    case 'domain':
      return `The domain ${because.domain} of your e-mail address is not connected to your company’s account.`;
    case 'released':
      return 'The domain of your e-mail address was removed from your company’s account. You can register anew.';
    case 'account':
      return 'Your company’s account was deleted.';
    case 'deleted':
      return 'You were removed from your company’s account.';
    default:
      return because satisfies never;
  }
}
