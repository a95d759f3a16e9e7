import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../../platform/database/columns.ts';
import type { SealedColumn } from '../../../platform/secrets/sealed.ts';
import type { Attempt } from '../openid/attempts.ts';

/** A sign-in, or a link, that was sent to an upstream provider. */
export interface UpstreamAttempt extends Attempt {
  providerId: string;
  /** Whose account is to be linked, and the session in which they asked for it; null for a sign-in. */
  userId: string | null;
  sessionId: string | null;
  /** How old, in seconds, the person's proof may be; null: as old as it is. */
  maxAge: number | null;
}

/** Where a verifier is sealed to. */
export const upstreamVerifier: SealedColumn = { table: 'upstream_attempts', column: 'codeVerifier', key: 'stateHash' };

export const UpstreamAttemptTable = new EntitySchema<UpstreamAttempt>({
  name: 'UpstreamAttempt',
  tableName: 'upstream_attempts',
  columns: {
    stateHash: { ...text(64), primary: true },
    providerId: id,
    browserHash: text(64),
    nonce: text(64),
    codeVerifier: text(512),
    redirectUri: text(1024),
    target: text(1024),
    createdAt: time,
    expiresAt: time,
    usedAt: { ...time, nullable: true },
    userId: { ...id, nullable: true },
    sessionId: { ...id, nullable: true },
    maxAge: { ...integer, nullable: true },
  } satisfies Columns<UpstreamAttempt>,
});
