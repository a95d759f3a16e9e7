import { chunks } from '../../platform/database/chunks.ts';
import { changed, firstRow, rows } from '../../platform/database/run.ts';
import { Sql, sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { sealedBy } from '../../platform/secrets/seal.ts';
import { placeIn, type SealedColumn } from '../../platform/secrets/sealed.ts';
import type { Ground } from '../../trail/ground.ts';

/** Rows that one unit of work seals anew: no other change waits longer than for these. */
const rowsPerUnit = 100;

/** A name of a table or column of ours, as SQL. */
const name = (text: string): Sql => new Sql([`"${text}"`], []);

const isUnder = (column: string, keyId: string): Sql => {
  const prefix = sealedBy(keyId);
  return sql`SUBSTR(${name(column)}, 1, ${prefix.length}) = ${prefix}`;
};

/** Whether anything in these columns is sealed by another key than this one. */
export async function anySealedOtherwise(
  on: Reader,
  columns: readonly SealedColumn[],
  keyId: string,
): Promise<boolean> {
  for (const { table, column } of columns) {
    const found = await firstRow(
      on,
      sql`SELECT 1 FROM ${name(table)} WHERE ${name(column)} IS NOT NULL AND NOT (${isUnder(column, keyId)}) LIMIT 1`,
    );
    if (found) return true;
  }
  return false;
}

/** Whether anything in these columns is sealed by this key. */
export async function anySealedBy(on: Reader, columns: readonly SealedColumn[], keyId: string): Promise<boolean> {
  for (const { table, column } of columns) {
    if (await firstRow(on, sql`SELECT 1 FROM ${name(table)} WHERE ${isUnder(column, keyId)} LIMIT 1`)) return true;
  }
  return false;
}

export interface Resealed {
  count: number;
  /** Rows whose secret cannot be opened: their key was lost, or they were changed by hand. They stay as they are. */
  failed: string[];
}

/** Seals everything in one column by the current key, a batch of rows in each unit of work. */
export async function resealColumn(ground: Ground, sealed: SealedColumn, keyId: string): Promise<Resealed> {
  const { table, column, key } = sealed;
  const waiting = await rows<{ id: string }>(
    ground.db.read,
    sql`SELECT ${name(key)} AS "id" FROM ${name(table)}
        WHERE ${name(column)} IS NOT NULL AND NOT (${isUnder(column, keyId)}) ORDER BY ${name(key)}`,
  );
  const total: Resealed = { count: 0, failed: [] };
  for (const some of chunks(waiting, rowsPerUnit)) {
    const action = { eventName: 'ResealSecrets', organisationId: null, requestParameters: { table, column, keyId } };
    const done = await ground.trail.perform(action, async (m) => {
      const unit: Resealed = { count: 0, failed: [] };
      for (const { id } of some) {
        const row = await firstRow<{ text: string | null }>(
          m,
          sql`SELECT ${name(column)} AS "text" FROM ${name(table)} WHERE ${name(key)} = ${id}`,
        );
        if (!row || row.text === null || row.text.startsWith(sealedBy(keyId))) continue;
        const anew = resealed(ground, row.text, sealed, id);
        if (anew === null) unit.failed.push(`${table}.${column} of ${id}`);
        else {
          // Only what was read: a secret that was saved meanwhile is newer.
          const touched = await changed(
            m,
            sql`UPDATE ${name(table)} SET ${name(column)} = ${anew}
                WHERE ${name(key)} = ${id} AND ${name(column)} = ${row.text} RETURNING ${name(key)}`,
          );
          unit.count += touched.length;
        }
      }
      return { result: unit, responseElements: { rows: unit.count, failed: unit.failed.length } };
    });
    total.count += done.count;
    total.failed.push(...done.failed);
  }
  return total;
}

function resealed({ seal }: Ground, text: string, sealed: SealedColumn, row: string): string | null {
  const place = placeIn(sealed, row);
  try {
    return seal.seal(seal.unseal(text, place), place);
  } catch (error) {
    if (error instanceof CarillonError && error.code === 'secrets.unsealable') return null;
    throw error;
  }
}
