import type { Amr } from '../credentials/factors/proof.ts';
import type { Proof as ConnectorProof } from '../connectors/openid/finish.ts';

/**
 * Somebody whom Carillon itself has proved, by credentials that it holds, or by a provider that they have linked: an own
 * account's. A passkey is two factors by itself (the device, and whatever unlocks it); after a password, or a provider
 * that nobody here knows, a second one may have to follow.
 */
export interface OwnProof {
  userId: string;
  by: 'password' | 'passkey' | 'upstream';
  target: string;
  /** Null: the provider does not say. */
  authTime: number | null;
  /** As the session will say it (RFC 8176); null: the provider does not say. */
  amr: string | null;
}

/** Who somebody is, proved by a connector or by Carillon itself. */
export type AnyProof = ConnectorProof | OwnProof;

/** Where whoever has shown a second factor chooses the other password that their directory wants. */
export const newPasswordPath = '/signin/new-password';

export const isOwn = (proof: AnyProof): proof is OwnProof => 'userId' in proof;

/** The methods of a proof together with one more, and that they are several. */
export const withMethod = (amr: string | null, more: Amr): string =>
  [...new Set([...(amr ?? '').split(' ').filter((word) => word !== 'mfa'), more, 'mfa'])].filter(Boolean).join(' ');
