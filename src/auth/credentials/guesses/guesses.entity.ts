import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../../platform/database/columns.ts';
import { type HolderKind, holderColumns } from '../holders.ts';

/** A browser in which its holder has signed in before. It opens nothing: guesses from it are counted apart. */
export interface KnownDevice {
  holderId: string;
  tokenHash: string;
  organisationId: string;
  createdAt: number;
  expiresAt: number;
}

const knownDevices = (kind: HolderKind, name: string, tableName: string): EntitySchema<KnownDevice> =>
  new EntitySchema<KnownDevice>({
    name,
    tableName,
    columns: {
      holderId: { ...id, name: holderColumns[kind], primary: true },
      tokenHash: { ...text(64), primary: true },
      organisationId: id,
      createdAt: time,
      expiresAt: time,
    } satisfies Columns<KnownDevice>,
  });

export const knownDeviceTables = {
  administrator: knownDevices('administrator', 'KnownDevice', 'known_devices'),
  user: knownDevices('user', 'PersonDevice', 'person_devices'),
} satisfies Record<HolderKind, EntitySchema>;

/** How many codes were tried in this window: from one known device, or from everywhere else. */
export interface FactorGuesses {
  holderId: string;
  /** The hash of a known device's token, or `elsewhere`. */
  source: string;
  organisationId: string;
  windowAt: number;
  guesses: number;
}

const factorGuesses = (kind: HolderKind, name: string, tableName: string): EntitySchema<FactorGuesses> =>
  new EntitySchema<FactorGuesses>({
    name,
    tableName,
    columns: {
      holderId: { ...id, name: holderColumns[kind], primary: true },
      source: { ...text(64), primary: true },
      organisationId: id,
      windowAt: time,
      guesses: integer,
    } satisfies Columns<FactorGuesses>,
  });

export const factorGuessesTables = {
  administrator: factorGuesses('administrator', 'FactorGuesses', 'factor_guesses'),
  user: factorGuesses('user', 'PersonFactorGuesses', 'person_factor_guesses'),
} satisfies Record<HolderKind, EntitySchema>;
