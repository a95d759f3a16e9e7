/** What oidc-provider's `nanoid` makes: how it names an interaction. */
const uid = '[A-Za-z0-9_-]{43}';

/** The addresses below our origin: Amazon's own, and `/ap/code`, which stands for its page for a device's code. */
export const amazonPaths = {
  authorization: '/ap/oa',
  token: '/auth/o2/token',
  codePair: '/auth/o2/create/codepair',
  tokenInfo: '/auth/o2/tokeninfo',
  profile: '/user/profile',
  device: '/ap/code',
} as const;

/** What answers a browser with pages and redirects, with its methods; spelled exactly so. */
const browserPaths: readonly (readonly [path: RegExp, methods: readonly string[]])[] = [
  [/^\/ap\/oa$/, ['GET', 'HEAD']],
  [new RegExp(`^/ap/oa/${uid}$`), ['GET', 'HEAD']],
  [/^\/ap\/code$/, ['GET', 'HEAD', 'POST']],
  [new RegExp(`^/ap/code/${uid}$`), ['GET', 'HEAD']],
];

/** Whether a browser is answered there. */
export const isBrowserPath = (method: string, path: string): boolean =>
  browserPaths.some(([pattern, methods]) => pattern.test(path) && methods.includes(method));
