/** The words on pages that belong to no floor above. */
export const texts = {
  product: 'Carillon',
  skip: 'Skip to content',
  navigation: 'Navigation',
  reference: 'Reference',
  referenceHelp: 'If you ask for help, give this reference.',
  back: 'Back to the start',
  cancel: 'Cancel',
  never: 'Never',
  actions: 'Actions',
  faultPrefix: 'Error:',
  errorTitles: {
    400: 'That did not work',
    401: 'Please sign in',
    403: 'Not allowed',
    404: 'Page not found',
    413: 'Too large',
    429: 'Too many attempts',
    503: 'Not available right now',
  } as Record<number, string>,
  errorTitle: 'That did not work',
  faultTitle: 'Something went wrong',
};
