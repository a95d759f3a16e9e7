import type * as Library from 'oidc-provider';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { configure, type ProviderParts } from './configuration.ts';
import type { KeySet } from './keys/keys.ts';

/**
 * In whose words, and at which addresses, the provider speaks. Behind every face is the same: artifacts, sessions,
 * consents, keys. A client belongs to one (`OidcClient.protocol`), and the others do not know it.
 */
export interface Face {
  issuer: string;
  configure: (parts: ProviderParts, keys: KeySet, library: typeof Library) => Configuration;
  /** Adds to what the browser takes back to the application. */
  grant?: (ctx: KoaContextWithOIDC, out: Record<string, unknown>) => void;
  /** Puts a program's answer into this face's words, whatever it is. */
  answer?: (ctx: KoaContextWithOIDC) => void;
}

export const openIdFace = (publicUrl: string): Face => ({
  issuer: `${publicUrl}/oidc`,
  configure: (parts, keys, library) => configure(parts, keys, library, 'openid'),
});
