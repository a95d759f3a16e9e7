import type { AdapterPayload } from 'oidc-provider';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { Artifact } from '../artifacts/artifact.entity.ts';
import { bareToken } from '../amazon/wire.ts';
import { artifactId } from '../artifacts/ids.ts';
import type { OidcClient } from '../clients/client.entity.ts';
import type { ClientProtocol } from '../clients/kinds.ts';
import type { ClientRegistry } from '../clients/registry.ts';
import type { Ground } from '../../../trail/ground.ts';
import { mayIntrospect } from './policy.ts';

const models = ['AccessToken', 'ClientCredentials', 'RefreshToken'] as const;
/** The longest opaque token is a tenth of this; what is longer, or has dots, is none of ours. */
const longestToken = 512;

interface Hands {
  ground: Pick<Ground, 'config'>;
  artifacts: Artifacts;
  clients: ClientRegistry;
  /** The `sub` by which a client knows a person. */
  subjects: { of: (userId: string, client: OidcClient) => string };
  issuer: string;
}

/** What is said of a token that counts (RFC 7662 §2.2). */
export type Introspection = { active: false } | ({ active: true } & Record<string, unknown>);

/** The one answer to everything that is not good, or not for the one who asks: nobody learns which. */
const inactive: Introspection = { active: false };

/**
 * What a client may know of a token. Whether the token still counts is asked of our own sessions (`Artifacts.live`):
 * its person, their epochs and their session, from memory.
 */
export async function introspect(
  hands: Hands,
  asking: OidcClient,
  token: string,
  hint: string | null,
): Promise<Introspection> {
  if (token.length > longestToken || token.includes('.')) return inactive;
  const order = hint === 'refresh_token' ? models.toReversed() : models;
  // What Login with Amazon hands out looks otherwise, and is found by what it was made from.
  const amazon = bareToken(token);
  const asked = order.map((model) => ({ model, id: artifactId(model, amazon ?? token) }));
  const known = asked.find(({ id }) => hands.artifacts.isRemembered(id));
  for (const { model, id } of known ? [known] : asked) {
    const row = await hands.artifacts.live(id);
    if (row)
      return row.model === model ? describe(hands, asking, row, amazon === null ? 'openid' : 'amazon') : inactive;
  }
  return inactive;
}

async function describe(
  { clients, subjects, issuer, ground }: Hands,
  asking: OidcClient,
  row: Artifact,
  protocol: ClientProtocol,
): Promise<Introspection> {
  const holder = row.clientId === asking.id ? asking : await clients.find(row.clientId ?? '');
  if (holder?.protocol !== protocol || row.consumedAt !== null) return inactive;
  // A client that was bound to an account since serves nobody else any more.
  if (row.userId !== null && holder.accountId !== null && holder.accountId !== row.accountId) return inactive;
  const payload = JSON.parse(row.payload) as AdapterPayload;
  const { aud, scope, iat, exp, extra, jkt } = payload as AdapterPayload & { aud?: string | string[]; jkt?: string };
  const audience = aud === undefined ? [] : [aud].flat();
  const asked = { clientId: holder.id, organisationId: holder.organisationId, audience };
  if (!mayIntrospect(asking, asked)) return inactive;
  return {
    ...extra,
    active: true,
    iss: protocol === 'amazon' ? ground.config.publicUrl : issuer,
    client_id: holder.id,
    ...(row.userId !== null && { sub: subjects.of(row.userId, holder) }),
    ...(scope !== undefined && { scope }),
    ...(aud !== undefined && { aud }),
    iat,
    exp,
    ...(jkt !== undefined && { cnf: { jkt } }),
    ...(row.model !== 'RefreshToken' && { token_type: jkt === undefined ? 'Bearer' : 'DPoP' }),
  };
}
