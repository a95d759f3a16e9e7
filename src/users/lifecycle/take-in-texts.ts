/** The letters about accounts that went to the company which has their e-mail domain: to whose they are, and to the former team. */
export const takenInTexts = {
  subject: (account: string): string => `Your account is now part of ${account}`,
  title: (account: string): string => `Your account is now part of ${account}`,
  says: (domain: string, account: string): string =>
    `${account} has shown that the e-mail domain ${domain} is its own. As your address is in that domain, your Carillon account belongs to ${account} from now on, and its administrators manage it.`,
  left: (team: string): string => `You are no longer in the team ${team}. Its administrators are told.`,
  keeps: 'You keep your account and sign in as before. There is nothing that you have to do.',
  tier: (tier: string): string => `Your permission tier is now ${tier}.`,
  button: 'Your account',
  lost: {
    subject: (team: string): string => `People have left ${team}`,
    title: (team: string): string => `People have left ${team}`,
    says: (domain: string, team: string): string =>
      `Another account at Carillon has shown that the e-mail domain ${domain} is its own. People of ${team} whose address is in that domain belong to that account from now on, and are no longer in ${team}.`,
    where:
      'Nobody of your team did this, and nothing is left for you to do. The page of people says how many have left.',
    button: 'People of the account',
  },
};
