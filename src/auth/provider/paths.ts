/** What oidc-provider's `nanoid` makes: how it names an interaction. */
const uid = '[A-Za-z0-9_-]{43}';

/** The endpoints that are handed to oidc-provider, spelled exactly so, with their methods. */
const endpoints: readonly (readonly [path: RegExp, methods: readonly string[]])[] = [
  [/^\/\.well-known\/(openid-configuration|oauth-authorization-server)$/, ['GET', 'HEAD', 'OPTIONS']],
  [/^\/jwks$/, ['GET', 'HEAD', 'OPTIONS']],
  [/^\/auth$/, ['GET', 'HEAD', 'POST']],
  [new RegExp(`^/auth/${uid}$`), ['GET', 'HEAD']],
  [/^\/(par|token|token\/revocation|device\/auth)$/, ['POST', 'OPTIONS']],
  [/^\/userinfo$/, ['GET', 'HEAD', 'POST', 'OPTIONS']],
  [/^\/device$/, ['GET', 'HEAD', 'POST']],
  [new RegExp(`^/device/${uid}$`), ['GET', 'HEAD']],
  [/^\/logout$/, ['GET', 'HEAD', 'POST']],
  [/^\/logout\/confirm$/, ['POST']],
  [/^\/logout\/success$/, ['GET', 'HEAD']],
];

/**
 * Whether oidc-provider is asked at all. Its own router takes any case and a slash more, which nothing that stands
 * before it (rates, headers, our introspection) would recognise; and its introspection is not ours, so it is not here.
 * @param path without the mount, as it was sent: nothing is decoded or folded
 */
export const isEndpoint = (method: string, path: string): boolean =>
  endpoints.some(([pattern, methods]) => pattern.test(path) && methods.includes(method));
