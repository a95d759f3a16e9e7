import type { OidcClient } from '../clients/client.entity.ts';

/** Of a token, what decides who may ask about it. */
export interface Asked {
  clientId: string | null;
  organisationId: string;
  audience: readonly string[];
}

/**
 * Whether a client may be told of a token: it was issued to it, or for the resource that it is, or it is the
 * organisation's resource server. Never across organisations (RFC 7662 §4).
 */
export function mayIntrospect(asking: OidcClient, token: Asked): boolean {
  if (asking.organisationId !== token.organisationId) return false;
  if (asking.id === token.clientId || asking.introspectsOrganisation) return true;
  return asking.resource !== null && token.audience.includes(asking.resource);
}
