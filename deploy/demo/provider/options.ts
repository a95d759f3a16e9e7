/** An application that signs people in through the provider. */
export interface ProviderClient {
  client_id: string;
  client_secret: string;
  redirect_uris: string[];
  post_logout_redirect_uris?: string[];
  /** Where the tile on the provider's home page leads, with `iss` (OpenID Connect Core §4). */
  initiate_login_uri?: string;
  /** The tile's text. */
  client_name?: string;
}

export interface ProviderOptions {
  /** 0 takes a free port. */
  port: number;
  /** Default: `http://localhost:PORT`. */
  issuer?: string;
  clients: ProviderClient[];
  /** The directory's state file, read at each sign-in. */
  peoplePath: string;
  /** The signing key and the cookie keys; made when missing. */
  keyPath: string;
  /** Sessions, grants and codes. */
  sessionsPath: string;
  /** Whether authorization responses carry `iss` (RFC 9207), and discovery says so. Default: true. */
  announceIss?: boolean;
  /** End when standard input closes, so that no provider outlives a killed parent. */
  endWithInput?: boolean;
}

/**
 * The options of the process: one JSON object, the first argument or ACME_PROVIDER.
 * @throws Error when there is none, or something needed is missing
 */
export function readOptions(argument: string | undefined, environment: NodeJS.ProcessEnv): ProviderOptions {
  const text = argument ?? environment['ACME_PROVIDER'];
  if (text === undefined)
    throw new Error('give the options as one JSON object: first argument, or ACME_PROVIDER in the environment');
  const given = JSON.parse(text) as Partial<ProviderOptions>;
  const { clients, peoplePath, keyPath, sessionsPath } = given;
  if (!Array.isArray(clients) || !peoplePath || !keyPath || !sessionsPath)
    throw new Error('clients, peoplePath, keyPath and sessionsPath are needed');
  return { ...given, port: given.port ?? 0, clients, peoplePath, keyPath, sessionsPath };
}
