/** The letter to somebody whose account went to the company that has their e-mail domain. */
export const takenInTexts = {
  subject: (account: string): string => `Your account is now part of ${account}`,
  title: (account: string): string => `Your account is now part of ${account}`,
  says: (domain: string, account: string): string =>
    `${account} has shown that the e-mail domain ${domain} is its own. As your address is in that domain, your Carillon account belongs to ${account} from now on, and its administrators manage it.`,
  keeps: 'You keep your account and sign in as before. There is nothing that you have to do.',
  tier: (tier: string): string => `Your permission tier is now ${tier}.`,
};
