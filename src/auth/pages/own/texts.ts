import { linkHours } from '../../own/links.ts';

const hours = linkHours === 1 ? 'one hour' : `${linkHours} hours`;

/** The words of the pages for people whose account Carillon holds itself. */
export const ownTexts = {
  email: 'E-mail address',
  password: 'Password',
  newPassword: 'New password',
  again: 'New password, again',
  passwordHint: 'At least 12 characters. A few words that nobody would guess are better than one with signs in it.',
  noMail: 'No mail can be sent from here, and this needs one. Ask whoever runs Carillon.',
  signIn: 'Sign in',
  otherAddress: 'Use another address',
  signInPage: {
    title: 'Sign in',
    lead: (address: string): string => `Sign in as ${address}.`,
    button: 'Sign in',
    forgotten: 'I have forgotten my password',
    register: 'I have no account yet',
    changed:
      'Your password was changed, and every device signed out. Sign in with the new one. Passkeys, authenticator apps and linked sign-ins have stayed: look through them under “How you sign in, and your devices” and “Ways to sign in”, and remove what is not yours.',
  },
  register: {
    title: 'Register',
    lead: 'Enter your e-mail address. We send you a link with which you choose a password.',
    button: 'Send the link',
    known: 'I have an account already',
  },
  sent: {
    title: 'Look into your mailbox',
    text: (address: string): string => `We have sent a mail to ${address}. It says how to go on.`,
    hint: `A link in it can be used once, within ${hours}. If nothing comes, look into the folder for unwanted mail, and check the address.`,
  },
  choose: {
    title: 'Choose a password',
    lead: (address: string): string => `You register with ${address}.`,
    elsewhere: 'This link was asked for in another browser. If it was you, enter the address that you register with.',
    name: 'Your name (optional)',
    nameHint: 'As others in a meeting see it.',
    password: 'Password',
    again: 'Password, again',
    button: 'Register',
  },
  stale: {
    title: 'This link is not good any more',
    register: 'Register again',
    reset: 'Ask for another link',
    signIn: 'Sign in',
  },
  reset: {
    title: 'Forgotten password',
    lead: 'Enter the e-mail address with which you sign in. We send you a link with which you choose another password.',
    button: 'Send the link',
  },
  resetConfirm: {
    title: 'Choose another password',
    lead: (address: string): string =>
      `For the sign-in as ${address}. Every device will be signed out, and you sign in with the new password.`,
    button: 'Change the password',
  },
  invitation: {
    title: 'You are invited',
    lead: (account: string): string => `${account} invites you to its account at Carillon.`,
    asWhom: (address: string): string => `The invitation is for ${address}.`,
    accept: (account: string): string => `Join ${account}`,
    signIn: 'Sign in to accept it',
    register: 'Choose a password, and you are in.',
    registerButton: 'Register and join',
    otherPerson: (address: string): string =>
      `You are signed in as ${address}, and the invitation is for another address. Sign out to accept it with that address.`,
    leaves: (account: string): string => `You are in the account ${account}. By joining you leave it.`,
    gives: (tier: string, isTrial: boolean): string =>
      `In the account you have the permission tier ${tier}.${isTrial ? ' Your trial ends.' : ''}`,
    signOut: 'Sign out',
    back: 'Back to your page',
    accepted: 'This invitation was accepted already.',
    claimed: (domain: string): string =>
      `A company has shown since that the e-mail domain ${domain} is its own, so this team cannot take you in any more. Sign in with your company, or register to be in its account.`,
  },
  refused: {
    registerAnew: 'Register anew',
  },
  me: {
    part: 'Your sign-in',
    address: 'You sign in with',
    changePassword: 'Change the password',
    changeAddress: 'Change the e-mail address',
    deleteAccount: 'Delete the account',
  },
  changePassword: {
    title: 'Change your password',
    lead: 'Every other device will be signed out.',
    button: 'Change the password',
    back: 'Back',
  },
  changeAddress: {
    title: 'Change your e-mail address',
    lead: (address: string): string =>
      `You sign in with ${address}. We send a mail to that address and to the new one; it is changed when both have said yes.`,
    field: 'New e-mail address',
    button: 'Send the mails',
    sentTitle: 'Look into both mailboxes',
    sent: (old: string, next: string): string =>
      `We have sent a mail to ${old} and one to ${next}. Your address is changed when you have opened the link in each.`,
  },
  agree: {
    oldTitle: 'Change your e-mail address?',
    oldLead: (address: string): string => `You no longer sign in with ${address} then.`,
    newTitle: 'Confirm your e-mail address',
    newLead: (address: string): string => `You sign in with ${address} from then on.`,
    button: 'Yes, change it',
    doneTitle: 'Your address was changed',
    done: 'Sign in with the new address from now on.',
    waitTitle: 'One address has said yes',
    wait: 'Now open the link in the mail to the other address. It is changed when both have said yes.',
  },
  leave: {
    title: 'Delete your account',
    lead: 'You are signed out everywhere at once, and cannot sign in any more.',
    kept: (days: number): string =>
      days === 0 ? 'What the account holds is erased at once.' : `What the account holds is erased after ${days} days.`,
    again: 'You may register with the same address again; that is a new account, which knows nothing of this one.',
    field: 'Type your e-mail address to confirm',
    button: 'Delete my account',
    doneTitle: 'Your account was deleted',
    done: 'You are signed out everywhere.',
  },
};
