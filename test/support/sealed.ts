import type { House } from '../../src/app.ts';
import { sealedColumns, storage } from '../../src/storage/storage.ts';

/** As `seal.ts` writes: version, key id, and at least a nonce and a tag. */
const sealedText = /\bs1\.[\w-]{1,64}\.[\w-]{38,}/;
const texts = new Set(['varchar', 'text', 'simple-json']);

/**
 * Where this database holds sealed texts that nobody would seal anew when the key is rotated.
 * @returns `table.column` of each, which must be named in `sealedColumns`
 */
export async function sealedElsewhere({ ground }: House): Promise<string[]> {
  const known = new Set(sealedColumns.map(({ table, column }) => `${table}.${column}`));
  const found: string[] = [];
  for (const { options } of storage.entities) {
    for (const [property, { type, name: column = property }] of Object.entries(options.columns) as [
      string,
      { type: string; name?: string },
    ][]) {
      const place = `${options.tableName}.${column}`;
      if (!texts.has(type) || known.has(place)) continue;
      const rows = await ground.db.read.query<{ text: string }[]>(
        `SELECT "${column}" AS "text" FROM "${options.tableName}" WHERE "${column}" LIKE '%s1.%'`,
      );
      if (rows.some(({ text }) => sealedText.test(text))) found.push(place);
    }
  }
  return found;
}
