import * as openid from 'openid-client';
import { clock } from '../../../platform/clock/clock.ts';
import type { Outbound } from '../../../platform/outbound/outbound.ts';
import type { Seal, SealPlace } from '../../../platform/secrets/seal.ts';
import { placeIn } from '../../../platform/secrets/sealed.ts';
import { type Connection, connectionSecret } from './connection.entity.ts';
import { KeySets } from './key-sets.ts';

/** How long a provider's discovery document is believed. */
const believedMs = 3_600_000;
const timeoutSeconds = 8;

export interface Client {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** Where a connection's client secret is sealed to. */
export const secretPlace = (connectionId: string): SealPlace => placeIn(connectionSecret, connectionId);

/**
 * A host that the operator let be private is for the provider that lives there: no other's discovery document may send
 * us, and a client secret, to it.
 * @throws outbound.notAllowed
 */
export function requireOwnHost(outbound: Outbound, issuer: URL, url: string): void {
  if (outbound.isListed(url) && new URL(url).host !== issuer.host) throw outbound.refusal(url);
}

/**
 * Reads a provider's discovery document and gives what openid-client needs to speak with it. Every request goes
 * through the guarded agent; an ID token's signature is checked even though it comes over TLS.
 * @param keySets through which the provider's keys are asked for
 * @throws openid-client's and the agent's errors
 */
export async function discover(
  outbound: Outbound,
  client: Client,
  keySets = new KeySets(),
): Promise<openid.Configuration> {
  const issuer = new URL(client.issuer);
  const execute = [openid.enableNonRepudiationChecks];
  // The agent lets plain http pass only to hosts that the operator has named.
  if (issuer.protocol === 'http:') execute.push(openid.allowInsecureRequests);
  let keysUri: string | undefined;
  const fetch: openid.CustomFetch = (url, init) => {
    requireOwnHost(outbound, issuer, url);
    const ask = (): Promise<Response> => outbound.fetch(url, init);
    return url === keysUri && init.method === 'GET' ? keySets.fetch(url, ask) : ask();
  };
  const probe = await openid.discovery(
    issuer,
    client.clientId,
    undefined,
    openid.ClientSecretBasic(client.clientSecret),
    {
      execute,
      timeout: timeoutSeconds,
      [openid.customFetch]: fetch,
    },
  );
  // From here on the agent's own deadline is enough, which is as long.
  probe.timeout = 0;
  const metadata = probe.serverMetadata();
  keysUri = metadata.jwks_uri;
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  if (methods.includes('client_secret_basic') || !methods.includes('client_secret_post')) return probe;
  const post = new openid.Configuration(
    metadata,
    client.clientId,
    undefined,
    openid.ClientSecretPost(client.clientSecret),
  );
  post.timeout = 0;
  post[openid.customFetch] = fetch;
  for (const apply of execute) apply(post);
  return post;
}

/** What must be known of a provider to speak with it. */
export type Known = Pick<Connection, 'id' | 'issuer' | 'clientId' | 'clientSecret' | 'updatedAt'>;

/** The providers that are in use, each discovered once an hour; a failure is not remembered. */
export class Providers {
  /** The guarded agent, through which each of them is spoken with. */
  readonly outbound: Outbound;
  readonly #seal: Seal;
  readonly #keySets = new KeySets();
  readonly #known = new Map<
    string,
    { until: number; updatedAt: number; configuration: Promise<openid.Configuration> }
  >();

  constructor(outbound: Outbound, seal: Seal) {
    this.outbound = outbound;
    this.#seal = seal;
  }

  /** @param place where its client secret is sealed to */
  of(connection: Known, place = secretPlace(connection.id)): Promise<openid.Configuration> {
    const known = this.#known.get(connection.id);
    if (known && known.updatedAt === connection.updatedAt && known.until > clock.now()) return known.configuration;
    const client = {
      issuer: connection.issuer,
      clientId: connection.clientId,
      clientSecret: this.#seal.unseal(connection.clientSecret, place),
    };
    const configuration = discover(this.outbound, client, this.#keySets);
    this.#known.set(connection.id, { until: clock.now() + believedMs, updatedAt: connection.updatedAt, configuration });
    configuration.catch(() => {
      if (this.#known.get(connection.id)?.configuration === configuration) this.#known.delete(connection.id);
    });
    return configuration;
  }

  /** Has a provider discovered again at its next use. */
  forget(connection: Pick<Known, 'id'>): void {
    this.#known.delete(connection.id);
  }
}
