import { rows } from '../../platform/database/run.ts';
import { join, Sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { secretsError } from '../../platform/secrets/errors.ts';
import { type Keyring, openKeyring, openKeyringIfThere } from '../../platform/secrets/keyring.ts';
import { createSeal, sealingKeyOf } from '../../platform/secrets/seal.ts';
import { placeIn, type SealedColumn } from '../../platform/secrets/sealed.ts';

/** Rows that are looked at from each end of a table, and sealed texts that are taken of them: few, at every start. */
const rowsLookedAt = 100;
const textsTaken = 3;

/** A sealed text as the database holds it. */
export interface Sample {
  column: SealedColumn;
  row: string;
  text: string;
}

/** Some of what is sealed, from the first and the last rows of every column's table, by one cheap statement. */
export async function sampleSealed(read: Reader, columns: readonly SealedColumn[]): Promise<Sample[]> {
  const found = await rows<{ at: number | string; row: string; text: string }>(
    read,
    join(
      columns.flatMap((column, at) => [samplesOf(column, at, 'ASC'), samplesOf(column, at, 'DESC')]),
      ' UNION ALL ',
    ),
  );
  return found.flatMap(({ at, row, text }) => {
    const column = columns[Number(at)];
    return column ? [{ column, row, text }] : [];
  });
}

/** Of constants alone: nobody's text is in it. */
function samplesOf({ table, column, key }: SealedColumn, at: number, order: 'ASC' | 'DESC'): Sql {
  const some = `SELECT "${key}" AS "row", "${column}" AS "text" FROM "${table}" ORDER BY "${key}" ${order} LIMIT ${rowsLookedAt}`;
  const sealed = `SELECT ${at} AS "at", s."row", s."text" FROM (${some}) s WHERE s."text" LIKE 's1.%' LIMIT ${textsTaken}`;
  return new Sql([`SELECT * FROM (${sealed}) t`], []);
}

/** What is wrong of a keyring beside what the database holds. */
export type Misfit = { kind: 'foreign'; keyId: string } | { kind: 'altered'; sample: Sample };

/**
 * Whether a keyring is the one by which these were sealed: it has every key that they name, and each of those keys
 * opens something. A single text that does not open beside others that do is damage to that text, and no reason to
 * keep everybody out.
 */
export function misfitsOf(keyring: Keyring, samples: readonly Sample[]): Misfit[] {
  const seal = createSeal(keyring);
  const misfits: Misfit[] = [];
  for (const [keyId, texts] of Map.groupBy(samples, ({ text }) => sealingKeyOf(text))) {
    const shut = texts.filter(({ column, row, text }) => {
      try {
        seal.unseal(text, placeIn(column, row));
        return false;
      } catch {
        return true;
      }
    });
    if (keyring.key(keyId) === undefined || shut.length === texts.length) misfits.push({ kind: 'foreign', keyId });
    else misfits.push(...shut.map((sample): Misfit => ({ kind: 'altered', sample })));
  }
  return misfits;
}

/**
 * Opens the keyring that fits the database; makes one only beside a database that holds nothing sealed.
 * @throws secrets.keyringMissing, secrets.keyringForeign, secrets.keyringDamaged; nothing is made then
 */
export async function openFittingKeyring(
  folder: string,
  read: Reader,
  columns: readonly SealedColumn[],
): Promise<Keyring> {
  // Read before the folder is looked at: of two first starts at once, what the other has sealed has its keyring there.
  const samples = await sampleSealed(read, columns);
  const keyring = openKeyringIfThere(folder);
  if (!keyring && samples.length > 0) throw secretsError('secrets.keyringMissing', { values: { folder } });
  if (!keyring) return openKeyring(folder);
  const foreign = misfitsOf(keyring, samples).find(({ kind }) => kind === 'foreign');
  if (foreign?.kind === 'foreign') {
    throw secretsError('secrets.keyringForeign', { values: { folder, keyId: foreign.keyId } });
  }
  return keyring;
}
