import { EntitySchema } from 'typeorm';
import { type Columns, flag, id, integer, json, longText, text, time } from '../../../platform/database/columns.ts';
import type { SealedColumn } from '../../../platform/secrets/sealed.ts';

/** An administrator's authenticator app. */
export interface Totp {
  administratorId: string;
  organisationId: string;
  /** Base32, sealed. */
  secret: string;
  /** The last time step whose code was used: that one and all before it are refused (RFC 6238 §5.2). */
  lastStep: number;
  createdAt: number;
}

export const TotpTable = new EntitySchema<Totp>({
  name: 'Totp',
  tableName: 'administrator_totps',
  columns: {
    administratorId: { ...id, primary: true },
    organisationId: id,
    secret: longText,
    lastStep: integer,
    createdAt: time,
  } satisfies Columns<Totp>,
});

export const totpSecret: SealedColumn = { table: 'administrator_totps', column: 'secret', key: 'administratorId' };

/** One of an administrator's passkeys. */
export interface Passkey {
  id: string;
  organisationId: string;
  administratorId: string;
  /** base64url, as the authenticator gave it. */
  credentialId: string;
  /** COSE, base64url. */
  publicKey: string;
  counter: number;
  transports: string[];
  name: string;
  backedUp: boolean;
  createdAt: number;
  lastUsedAt: number | null;
}

export const PasskeyTable = new EntitySchema<Passkey>({
  name: 'Passkey',
  tableName: 'passkeys',
  columns: {
    id: { ...id, primary: true },
    organisationId: id,
    administratorId: id,
    credentialId: text(1400),
    publicKey: longText,
    counter: integer,
    transports: json,
    name: text(64),
    backedUp: flag,
    createdAt: time,
    lastUsedAt: { ...time, nullable: true },
  } satisfies Columns<Passkey>,
});

/** A code on paper, good once, for when every other factor is lost. */
export interface RecoveryCode {
  administratorId: string;
  codeHash: string;
  organisationId: string;
  createdAt: number;
  usedAt: number | null;
}

export const RecoveryCodeTable = new EntitySchema<RecoveryCode>({
  name: 'RecoveryCode',
  tableName: 'recovery_codes',
  columns: {
    administratorId: { ...id, primary: true },
    codeHash: { ...text(64), primary: true },
    organisationId: id,
    createdAt: time,
    usedAt: { ...time, nullable: true },
  } satisfies Columns<RecoveryCode>,
});

/** A challenge that an assertion answered: it cannot be answered again. */
export interface SpentChallenge {
  challengeHash: string;
  organisationId: string;
  expiresAt: number;
}

export const SpentChallengeTable = new EntitySchema<SpentChallenge>({
  name: 'SpentChallenge',
  tableName: 'spent_challenges',
  columns: {
    challengeHash: { ...text(64), primary: true },
    organisationId: id,
    expiresAt: time,
  } satisfies Columns<SpentChallenge>,
});
