const hours = (count: number): string => (count === 1 ? 'one hour' : `${count} hours`);

/** What has changed of that by which somebody is let in. */
export type CredentialNews =
  | 'passkeyAdded'
  | 'passkeyRemoved'
  | 'totpSet'
  | 'totpRemoved'
  | 'recoveryCodesMade'
  | 'recoveryCodeUsed'
  | 'linked'
  | 'unlinked';

/** The letters to people whose account Carillon holds. */
export const letterTexts = {
  notYou: 'If it was not you, you need not do anything: without this mail nobody gets any further.',
  goodFor: (count: number): string => `The link can be used once, within ${hours(count)}.`,
  register: {
    subject: 'Confirm your e-mail address',
    title: 'Confirm your e-mail address',
    text: (address: string): string => `Somebody asked to register at Carillon with the address ${address}.`,
    next: 'Confirm that it was you, and choose a password.',
    button: 'Confirm the address',
  },
  known: {
    subject: 'You are registered already',
    title: 'You are registered already',
    text: (address: string): string =>
      `Somebody asked to register at Carillon with the address ${address}. It is registered already.`,
    next: 'Sign in with your password. If you have forgotten it, the sign-in page helps you to choose another.',
    button: 'Sign in',
  },
  company: {
    subject: 'Sign in with your company',
    title: 'Sign in with your company',
    text: (address: string): string =>
      `Somebody asked Carillon for a password of its own for the address ${address}. People with an address in this domain sign in as their company has arranged it, and have none.`,
    next: 'Enter the address on the sign-in page: it leads you there.',
    button: 'Sign in',
  },
  barred: {
    subject: 'This address cannot be registered',
    title: 'This address cannot be registered',
    text: (address: string): string =>
      `Somebody asked to register at Carillon with the address ${address}. An administrator has suspended it.`,
    next: 'Ask the people who look after Carillon at your company.',
  },
  suspended: {
    subject: 'This address is suspended',
    title: 'This address is suspended',
    text: (address: string): string =>
      `Somebody asked for another password for the sign-in at Carillon with the address ${address}. Whoever runs this server has suspended it, so no password can be chosen.`,
    next: 'If you think that this is a mistake, ask them.',
  },
  reset: {
    subject: 'Choose another password',
    title: 'Choose another password',
    text: (address: string): string =>
      `Somebody asked for another password for the sign-in at Carillon with the address ${address}.`,
    next: 'If it was you, choose one. You will be signed out everywhere.',
    button: 'Choose a password',
  },
  unknown: {
    subject: 'No sign-in with this address',
    title: 'No sign-in with this address',
    text: (address: string): string =>
      `Somebody asked for another password for the sign-in at Carillon with the address ${address}. Nobody is registered with it.`,
    next: 'If it was you: you may have registered with another address, or not yet.',
    button: 'Register',
  },
  passwordChanged: {
    subject: 'Your password was changed',
    title: 'Your password was changed',
    text: (address: string, at: string): string =>
      `The password of the sign-in at Carillon with the address ${address} was changed on ${at}. Every other device was signed out.`,
    next: 'If it was not you, choose another password at once. Passkeys, authenticator apps and linked sign-ins are not changed by that: sign in then, and remove what is not yours.',
    button: 'I did not do this',
  },
  newDevice: {
    subject: 'Signed in on a new device',
    title: 'Signed in on a new device',
    text: (address: string, at: string): string =>
      `Somebody signed in at Carillon with the address ${address} on ${at}, in a browser that was not known before.`,
    where: (device: string, network: string): string => `The device: ${device}. Its network address: ${network}.`,
    next: 'If it was you, you need not do anything. If not, choose another password at once: that signs out every device. Passkeys, authenticator apps and linked sign-ins stay: sign in then, and remove what is not yours.',
    button: 'I did not do this',
  },
  credentials: {
    subject: {
      passkeyAdded: 'A passkey was added',
      passkeyRemoved: 'A passkey was removed',
      totpSet: 'An authenticator app was set up',
      totpRemoved: 'The authenticator app was removed',
      recoveryCodesMade: 'New recovery codes were made',
      recoveryCodeUsed: 'A recovery code was used',
      linked: 'Another sign-in was linked',
      unlinked: 'Another sign-in was unlinked',
    } satisfies Record<CredentialNews, string>,
    text: (address: string, at: string): string =>
      `This was done at Carillon, in the account with the address ${address}, on ${at}.`,
    next: 'If it was you, you need not do anything. If not, choose another password at once, which signs out every device; then sign in, and remove what is not yours under “How you sign in, and your devices” and “Ways to sign in”.',
    button: 'I did not do this',
  },
  oldAddress: {
    subject: 'Your e-mail address is to be changed',
    title: 'Shall your e-mail address be changed?',
    text: (address: string, next: string): string =>
      `You, or somebody signed in as you, asked Carillon to replace the address ${address} by ${next}. It is done when both addresses have said yes.`,
    button: 'Agree to the change',
    notYou: 'If it was not you, do not agree, and choose another password.',
  },
  newAddress: {
    subject: 'Confirm your new e-mail address',
    title: 'Confirm your new e-mail address',
    text: (address: string): string =>
      `Somebody asked to sign in at Carillon with the address ${address} from now on. It is done when the former address has said yes too.`,
    button: 'Confirm the address',
  },
  addressTaken: {
    subject: 'This address is registered already',
    title: 'This address is registered already',
    text: (address: string): string =>
      `Somebody asked to sign in at Carillon with the address ${address} from now on. It is registered already, so nothing is changed.`,
    next: 'If both are yours, sign in with this one.',
    button: 'Sign in',
  },
  addressChanged: {
    subject: 'Your e-mail address was changed',
    title: 'Your e-mail address was changed',
    text: (address: string, next: string): string =>
      `You sign in at Carillon with ${next} from now on, and no longer with ${address}.`,
  },
  deleted: {
    subject: 'Your account was deleted',
    title: 'Your account was deleted',
    text: (address: string): string =>
      `The account at Carillon with the address ${address} was deleted, as you asked. It is signed out everywhere.`,
    kept: (days: number): string =>
      days === 0 ? 'What it held is erased now.' : `What it held is erased after ${days} days.`,
    again: 'You may register again with the same address; that is a new account.',
  },
};
