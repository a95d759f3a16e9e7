import { createLocalJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import { clock } from '../../../platform/clock/clock.ts';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { OidcClient } from '../clients/client.entity.ts';
import type { ClientRegistry } from '../clients/registry.ts';

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** An assertion that would be good for longer must be remembered for longer. */
const longestSeconds = 600;

interface Hands {
  artifacts: Artifacts;
  clients: ClientRegistry;
}

/** Who has signed an assertion, and whether it came for the first time: a second time it is good for nothing. */
export interface Asserted {
  client: OidcClient;
  isFirstUse: boolean;
}

/**
 * The client that signed this assertion with its own key (RFC 7523 §3, OpenID Connect Core §9); null when it is not
 * good, or not for us.
 * @param audiences what it may be made for: the issuer, and the endpoint itself
 */
export async function assertedClient(
  { artifacts, clients }: Hands,
  form: URLSearchParams,
  audiences: string[],
): Promise<Asserted | null> {
  const assertion = form.get('client_assertion') ?? '';
  const id = form.get('client_id');
  if (form.get('client_assertion_type') !== assertionType || form.has('client_secret')) return null;
  try {
    const { sub } = decodeJwt(assertion);
    const client = sub === undefined || (id !== null && id !== sub) ? null : await clients.find(sub);
    if (client?.authentication !== 'key') return null;
    const { payload } = await jwtVerify(assertion, createLocalJWKSet({ keys: client.jwks ?? [] }), {
      algorithms: ['ES256'],
      issuer: client.id,
      subject: client.id,
      audience: audiences,
      requiredClaims: ['exp', 'jti'],
      clockTolerance: 5,
      currentDate: new Date(clock.now()),
    });
    const seconds = payload.exp! - Math.floor(clock.now() / 1000) + 5;
    if (seconds > longestSeconds) return null;
    return { client, isFirstUse: await isFirstUse(artifacts, client, payload.jti!, seconds) };
  } catch (error) {
    if (error instanceof errors.JOSEError) return null;
    throw error;
  }
}

function isFirstUse(artifacts: Artifacts, client: OidcClient, jti: string, seconds: number): Promise<boolean> {
  const { id, organisationId, accountId } = client;
  return artifacts.firstUse(id, jti, seconds, { organisationId, accountId, refreshScope: undefined });
}
