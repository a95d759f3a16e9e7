import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../../platform/database/columns.ts';
import type { SealedColumn } from '../../../platform/secrets/sealed.ts';
import type { Attempt } from './attempts.ts';

/** A sign-in that was sent to the provider of a connection. */
export interface SignInAttempt extends Attempt {
  connectionId: string;
  /** How old, in seconds, the person's proof may be; null: as old as it is. */
  maxAge: number | null;
}

/** Where a verifier is sealed to. */
export const attemptVerifier: SealedColumn = { table: 'sign_in_attempts', column: 'codeVerifier', key: 'stateHash' };

export const SignInAttemptTable = new EntitySchema<SignInAttempt>({
  name: 'SignInAttempt',
  tableName: 'sign_in_attempts',
  columns: {
    stateHash: { ...text(64), primary: true },
    connectionId: id,
    browserHash: text(64),
    nonce: text(64),
    codeVerifier: text(512),
    redirectUri: text(1024),
    target: text(1024),
    createdAt: time,
    expiresAt: time,
    usedAt: { ...time, nullable: true },
    maxAge: { ...integer, nullable: true },
  } satisfies Columns<SignInAttempt>,
});
