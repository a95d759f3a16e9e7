import { EntitySchema } from 'typeorm';
import { type Columns, flag, id, integer, longText, text, time } from '../../../platform/database/columns.ts';
import type { SealedColumn } from '../../../platform/secrets/sealed.ts';

/** Something that the provider has handed out or must remember: a grant, a code, a token, an interaction. */
export interface Artifact {
  /** A hash: what is handed out opens nothing when it is read here (`artifactId`). */
  id: string;
  /** oidc-provider's name of its kind. */
  model: string;
  organisationId: string | null;
  accountId: string | null;
  clientId: string | null;
  /** Whose it is; null when it is no person's. */
  userId: string | null;
  /** The grant that it hangs off: without that it is nothing. */
  grantId: string | null;
  /** The session of ours under which it was born. */
  sessionId: string | null;
  /** Whether it is over when that session is. */
  endsWithSession: boolean;
  /** The person's epoch that its grant was born under; null with a person: dead. */
  epoch: number | null;
  accountEpoch: number | null;
  /** Of a device code: what the person types, hashed. */
  userCodeHash: string | null;
  /** JSON, without what was handed out; empty for the kinds that hold other secrets (`sealedModels`). */
  payload: string;
  /** The payload of those kinds, sealed. */
  sealedPayload: string | null;
  createdAt: number;
  expiresAt: number;
  consumedAt: number | null;
}

export const artifactPayload: SealedColumn = { table: 'oidc_artifacts', column: 'sealedPayload', key: 'id' };

export const ArtifactTable = new EntitySchema<Artifact>({
  name: 'OidcArtifact',
  tableName: 'oidc_artifacts',
  columns: {
    id: { ...id, primary: true },
    model: text(32),
    organisationId: { ...id, nullable: true },
    accountId: { ...id, nullable: true },
    clientId: { ...id, nullable: true },
    userId: { ...id, nullable: true },
    grantId: { ...id, nullable: true },
    sessionId: { ...id, nullable: true },
    endsWithSession: flag,
    epoch: { ...integer, nullable: true },
    accountEpoch: { ...integer, nullable: true },
    userCodeHash: { ...text(64), nullable: true },
    payload: longText,
    sealedPayload: { ...longText, nullable: true },
    createdAt: time,
    expiresAt: time,
    consumedAt: { ...time, nullable: true },
  } satisfies Columns<Artifact>,
});
