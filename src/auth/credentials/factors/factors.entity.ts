import { EntitySchema } from 'typeorm';
import { type Columns, flag, id, integer, json, longText, text, time } from '../../../platform/database/columns.ts';
import type { SealedColumn } from '../../../platform/secrets/sealed.ts';
import { type HolderKind, holderColumns } from '../holders.ts';

/** A holder's authenticator app. */
export interface Totp {
  holderId: string;
  organisationId: string;
  /** Base32, sealed. */
  secret: string;
  /** The last time step whose code was used: that one and all before it are refused (RFC 6238 §5.2). */
  lastStep: number;
  createdAt: number;
}

const totps = (kind: HolderKind, name: string, tableName: string): EntitySchema<Totp> =>
  new EntitySchema<Totp>({
    name,
    tableName,
    columns: {
      holderId: { ...id, name: holderColumns[kind], primary: true },
      organisationId: id,
      secret: longText,
      lastStep: integer,
      createdAt: time,
    } satisfies Columns<Totp>,
  });

export const totpTables = {
  administrator: totps('administrator', 'Totp', 'administrator_totps'),
  user: totps('user', 'PersonTotp', 'person_totps'),
} satisfies Record<HolderKind, EntitySchema>;

export const totpSecrets: Record<HolderKind, SealedColumn> = {
  administrator: { table: 'administrator_totps', column: 'secret', key: holderColumns.administrator },
  user: { table: 'person_totps', column: 'secret', key: holderColumns.user },
};

/** One of a holder's passkeys. */
export interface Passkey {
  id: string;
  organisationId: string;
  holderId: string;
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

const passkeys = (kind: HolderKind, name: string, tableName: string): EntitySchema<Passkey> =>
  new EntitySchema<Passkey>({
    name,
    tableName,
    columns: {
      id: { ...id, primary: true },
      organisationId: id,
      holderId: { ...id, name: holderColumns[kind] },
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

export const passkeyTables = {
  administrator: passkeys('administrator', 'Passkey', 'passkeys'),
  user: passkeys('user', 'PersonPasskey', 'person_passkeys'),
} satisfies Record<HolderKind, EntitySchema>;

/** A code on paper, good once, for when every other factor is lost. */
export interface RecoveryCode {
  holderId: string;
  codeHash: string;
  organisationId: string;
  createdAt: number;
  usedAt: number | null;
}

const recoveryCodes = (kind: HolderKind, name: string, tableName: string): EntitySchema<RecoveryCode> =>
  new EntitySchema<RecoveryCode>({
    name,
    tableName,
    columns: {
      holderId: { ...id, name: holderColumns[kind], primary: true },
      codeHash: { ...text(64), primary: true },
      organisationId: id,
      createdAt: time,
      usedAt: { ...time, nullable: true },
    } satisfies Columns<RecoveryCode>,
  });

export const recoveryCodeTables = {
  administrator: recoveryCodes('administrator', 'RecoveryCode', 'recovery_codes'),
  user: recoveryCodes('user', 'PersonRecoveryCode', 'person_recovery_codes'),
} satisfies Record<HolderKind, EntitySchema>;

/** A challenge that an assertion answered: it cannot be answered again, whoever it was made for. */
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
