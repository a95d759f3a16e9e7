import { EntitySchema } from 'typeorm';
import type { SealedColumn } from '../../../platform/secrets/sealed.ts';
import { type Columns, id, json, longText, text, time } from '../../../platform/database/columns.ts';

/** The public part, as the JWKS has it (RFC 7517). */
export interface PublicJwk {
  kty: 'EC';
  crv: 'P-256';
  x: string;
  y: string;
  kid: string;
  alg: 'ES256';
  use: 'sig';
}

/** The private part, sealed. */
export const signingKeySecret: SealedColumn = { table: 'signing_keys', column: 'privateKey', key: 'id' };

/** A key with which the whole installation signs: it belongs to no organisation. */
export interface SigningKey {
  /** The `kid`: the key's thumbprint (RFC 7638). */
  id: string;
  state: 'next' | 'active' | 'retired';
  publicKey: PublicJwk;
  /** The private JWK, sealed. */
  privateKey: string;
  /** Since when it is published. */
  createdAt: number;
  activeAt: number | null;
  retiredAt: number | null;
}

export const SigningKeyTable = new EntitySchema<SigningKey>({
  name: 'SigningKey',
  tableName: 'signing_keys',
  columns: {
    id: { ...id, primary: true },
    state: text(8),
    publicKey: json,
    privateKey: longText,
    createdAt: time,
    activeAt: { ...time, nullable: true },
    retiredAt: { ...time, nullable: true },
  } satisfies Columns<SigningKey>,
});
