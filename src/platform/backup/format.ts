import { z } from 'zod';
import type { Keyring } from '../secrets/keyring.ts';
import { errors } from '../errors/errors.ts';

export const backupErrors = errors({
  'backup.exists': { kind: 'Conflict', text: '{path} is there already. Name a file that is not.' },
  'backup.unreadable': { kind: 'BadRequest', text: '{path} cannot be read ({code}).' },
  'backup.damaged': {
    kind: 'BadRequest',
    text: '{path} is no whole backup of Carillon: it is cut short, altered or something else. Nothing was changed.',
  },
  'backup.newer': {
    kind: 'Conflict',
    text: 'This backup was made by a newer release of Carillon ({migration}). Restore it with that one.',
  },
  'backup.otherKeys': {
    kind: 'Conflict',
    text: 'The keyring in CERTS_DIR is not the one of this backup, so its secrets could not be read. Put that keyring there first.',
  },
  'backup.noKeys': {
    kind: 'Conflict',
    text:
      'There is no keyring in {folder}, and a backup opens only with the keyring that it was made beside. Give its copy ' +
      'with --keyring FILE. Nothing was changed.',
  },
  'backup.notEmpty': {
    kind: 'Conflict',
    text: 'The database holds an installation already. Restoring with --replace deletes it.',
  },
});

/** The first line. */
export const head = z.strictObject({
  format: z.literal('carillon-backup'),
  version: z.literal(1),
  /** Another for each backup. */
  id: z.string().regex(/^[\w-]{22,64}$/),
  madeAt: z.iso.datetime(),
  /** The migrations that had run, oldest first. */
  migrations: z.array(z.string()),
  /** A known text, sealed: opens only with the keyring that opens the rest. */
  canary: z.string(),
});
export type Head = z.output<typeof head>;

/** Begins a table; its rows follow, each an array in the order of the columns. */
export const tableLine = z.strictObject({ table: z.string(), columns: z.array(z.string()).min(1) });

/** The last line: how many rows there were, and an HMAC-SHA256 of everything before it. */
export const end = z.strictObject({ rows: z.int().min(0), hmac: z.string().regex(/^[0-9a-f]{64}$/) });

/** The key of the end's HMAC: only who has the keyring can make a backup, or alter one. */
export const backupKey = (keyring: Pick<Keyring, 'derive'>): Buffer => keyring.derive('backup');

/** A line that is longer is none of ours, and would only fill the memory. */
export const longestLine = 32 * 1_048_576;

/** Where the canary is sealed, and what it says. */
export const canaryPlace = { table: 'backup', row: 'head', column: 'canary' };
export const canaryText = 'carillon';

/** A value as it stands in the file: what both engines mean by it, whatever their drivers give. */
export function toFile(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  if (type === 'boolean') return value === true || value === 1;
  if (type === 'bigint') return Number(value);
  return value;
}
