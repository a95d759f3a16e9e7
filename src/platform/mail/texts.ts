/** The words around every letter. */
export const mailTexts = {
  product: 'Carillon',
  copyLink: 'If the button does not work, open this address in your browser:',
  signature: (host: string): string => `Sent by Carillon at ${host}.`,
};
