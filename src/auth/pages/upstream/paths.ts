/** Where a sign-in at a provider begins. */
export const beginPath = '/auth/upstream/begin';
/** What a browser is asked after somebody new has proved themselves. */
export const offerPath = '/auth/upstream/offer';
/** The person's ways to sign in. */
export const linksPath = '/me/links';
