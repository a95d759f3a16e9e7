import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, text, time } from '../../../platform/database/columns.ts';

/** A browser in which an administrator has signed in before. It opens nothing: guesses from it are counted apart. */
export interface KnownDevice {
  administratorId: string;
  tokenHash: string;
  organisationId: string;
  createdAt: number;
  expiresAt: number;
}

export const KnownDeviceTable = new EntitySchema<KnownDevice>({
  name: 'KnownDevice',
  tableName: 'known_devices',
  columns: {
    administratorId: { ...id, primary: true },
    tokenHash: { ...text(64), primary: true },
    organisationId: id,
    createdAt: time,
    expiresAt: time,
  } satisfies Columns<KnownDevice>,
});

/** How many codes were tried in this window: from one known device, or from everywhere else. */
export interface FactorGuesses {
  administratorId: string;
  /** The hash of a known device's token, or `elsewhere`. */
  source: string;
  organisationId: string;
  windowAt: number;
  guesses: number;
}

export const FactorGuessesTable = new EntitySchema<FactorGuesses>({
  name: 'FactorGuesses',
  tableName: 'factor_guesses',
  columns: {
    administratorId: { ...id, primary: true },
    source: { ...text(64), primary: true },
    organisationId: id,
    windowAt: time,
    guesses: integer,
  } satisfies Columns<FactorGuesses>,
});
