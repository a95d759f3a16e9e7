import type { ClientProtocol } from './clients/kinds.ts';

/** The words of the provider's pages. */
export const texts = {
  consent: {
    title: (name: string): string => `Allow ${name}?`,
    lead: (name: string): string => `${name} would like to know who you are, and is told:`,
    who: (name: string, address: string): string => `You are signed in as ${name} (${address}).`,
    noSecret: (name: string): string =>
      `${name} never learns how you sign in. You can take this back at any time on your own page.`,
    returns: (host: string): string => `Then you go on to ${host}.`,
    native: 'This application runs on your device. Go on only if you have just opened it yourself.',
    allow: 'Allow',
    deny: 'Do not allow',
    other: 'Use another account',
  },
  scopes: {
    openid: 'that you are the same person as the last time',
    profile: 'your name',
    email: 'your e-mail address',
    account: 'your company’s account, and your permission tier',
    offline_access: 'all of this also while you are not signed in, until you take it back',
  } as Record<string, string>,
  amazonScopes: {
    'profile:user_id': 'that you are the same person as the last time',
    profile: 'your name and your e-mail address',
    postal_code: 'the postal code of your address',
  } as Record<string, string>,
  notFor: {
    title: 'This application is not for this account',
    text: (name: string, who: string): string => `${name} is not open to the account of ${who}.`,
    other: 'Sign in as somebody else',
    back: 'Go back',
  },
  leadOn: {
    title: 'You are signed in',
    text: 'You are taken back to the application. If nothing happens, go on here:',
    button: 'Go on',
  },
  handOver: {
    title: 'Back to the application',
    text: 'You are taken back to the application. If nothing happens, go on here:',
    button: 'Go on',
  },
  signOut: {
    title: 'Sign out?',
    asked: (name: string): string => `${name} asks whether you want to sign out here too.`,
    lead: 'You will be signed out of Carillon in this browser, and of every application that you have opened with it.',
    yes: 'Sign out',
    no: 'Stay signed in',
    doneTitle: 'You have signed out',
    done: 'You are signed out in this browser. The applications that you opened are told so.',
    again: 'Sign in again',
  },
  device: {
    title: 'Connect a device',
    lead: 'Type the code that the device shows.',
    label: 'Code',
    button: 'Continue',
    wrong: 'There is no device waiting with that code. Check it, or start again on the device.',
    aborted: 'The device was not connected.',
    fault: 'That did not work. Start again on the device.',
    confirmTitle: (name: string): string => `Connect ${name}?`,
    warning: 'Go on only if you started this yourself, and the device in front of you shows this code:',
    never: 'Nobody who helps you needs a code from you. If somebody sent you here, stop.',
    asking: 'The device asks from',
    as: 'and calls itself',
    yes: 'The code is the same: connect it',
    no: 'Stop',
    doneTitle: 'The device is connected',
    done: (name: string): string => `${name} is connected. You can go back to the device, and close this page.`,
  },
  error: {
    title: 'That did not work',
    client: 'The application that sent you here is not known. Tell the people who look after it.',
    redirect:
      'The application asked to be answered at an address that it has not registered, so nothing was sent there.',
    expired:
      'This sign-in took too long, was finished already, or was begun in another browser. Start again from the application.',
    request: 'The application’s request could not be understood. Tell the people who look after it.',
    refused: 'The request was refused.',
    server: 'Something went wrong on our side. Please try again.',
    technical: 'For the application’s makers',
    reference: 'Reference',
    start: 'To the start',
  },
};

/** What an application is told by a scope, in the words of what it speaks. */
export const scopeText = (scope: string, protocol: ClientProtocol = 'openid'): string =>
  (protocol === 'amazon' ? texts.amazonScopes[scope] : undefined) ?? texts.scopes[scope] ?? `access to “${scope}”`;
