/** The words of signing in by another provider, and of linking one. */
export const texts = {
  or: 'Or, without a company',
  signInWith: (name: string): string => `Sign in with ${name}`,
  again: (names: readonly string[]): string =>
    `This changes how you sign in. Please prove once more who you are: sign in again with ${names.join(' or ')}.`,
  signInAgain: 'Sign in again',
  offer: {
    title: 'Create an account?',
    lead: (name: string): string => `${name} has told us who you are, and nobody here signs in with that yet.`,
    address: 'E-mail address',
    name: 'Name',
    have: 'If you have an account here already, do not create another: sign in to it, then link this sign-in there.',
    create: 'Create an account',
    decline: 'No, go back',
  },
  noAddress: {
    title: 'No account yet',
    lead: (name: string): string =>
      `Nobody here signs in with that yet, and the word of ${name} does not prove an e-mail address of yours here.`,
    how: (name: string): string =>
      `Register with your address and a password. Then you can link ${name} under “Ways to sign in”.`,
    register: 'Register',
    back: 'Go back',
  },
  links: {
    title: 'Ways to sign in',
    lead: 'What you link here signs you in to this account, whatever address it has there.',
    provider: 'Sign-in',
    since: 'Linked',
    lastUsed: 'Last used',
    action: 'Action',
    never: 'never',
    no: 'not linked',
    link: 'Link',
    unlink: 'Unlink',
    linkWith: (name: string): string => `Link ${name}`,
    unlinkFrom: (name: string): string => `Unlink ${name}`,
    none: 'Nobody has set up another sign-in here.',
    directory: 'Your company’s own sign-in says who you are. There is nothing to link.',
    linked: (name: string): string => `${name} is linked: you can sign in with it from now on.`,
    unlinked: (name: string): string => `${name} is not linked any more.`,
    back: 'Back to your page',
    lastWay: 'your only way to sign in',
  },
  unchanged: { title: 'Nothing was changed', back: 'Back to your ways to sign in' },
  confirm: {
    title: (name: string): string => `Link ${name}?`,
    lead: (name: string): string =>
      `Whoever can sign in there as this can sign in here as you. Look whether it is you whom ${name} means.`,
    there: 'There',
    here: 'Here',
    unnamed: 'it gives no name',
    link: 'Link',
    cancel: 'Cancel',
  },
};
