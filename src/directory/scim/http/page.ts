import { firstRow, rows } from '../../../platform/database/run.ts';
import { type Sql, sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Paging } from './paging.ts';

/** The ids of one page, in order, and how many there are on all pages. */
export interface Page {
  ids: string[];
  total: number;
}

/**
 * Finds one page. What is there is counted only when the page does not tell: a page that is not full is the last.
 * @param from a table with its alias and condition: `"users" u WHERE …`
 * @param id the column, and `order` the same or an expression of it
 */
export async function findPage(
  on: Reader,
  { startIndex, count }: Paging,
  { from, id, order }: { from: Sql; id: Sql; order: Sql },
): Promise<Page> {
  const found =
    count === 0
      ? []
      : await rows<{ id: string }>(
          on,
          sql`SELECT ${id} AS "id" FROM ${from} ORDER BY ${order} LIMIT ${count} OFFSET ${startIndex - 1}`,
        );
  const ids = found.map((row) => row.id);
  const last = ids.length < count && (ids.length > 0 || startIndex === 1);
  if (last) return { ids, total: startIndex - 1 + ids.length };
  const counted = await firstRow<{ n: number | string }>(on, sql`SELECT COUNT(*) AS "n" FROM ${from}`);
  return { ids, total: Number(counted?.n ?? 0) };
}
