/** Every word of the invitation's letter. */
export const invitationTexts = {
  subject: (account: string): string => `You are invited to join ${account}`,
  title: (account: string): string => `Join ${account} on Carillon`,
  invited: (account: string, address: string): string =>
    `An administrator of ${account} has invited you, ${address}, to join their team on Carillon.`,
  how: 'If you already use Carillon with this address, you keep your account and only join the team. If not, you make your account on the next page.',
  accept: 'Accept the invitation',
  goodFor: (days: number): string => `The invitation is good for ${days} days, and for this address only.`,
  notExpected: 'If you did not expect this, do nothing: without your yes you are in no team.',
};
