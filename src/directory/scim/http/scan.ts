import { setImmediate } from 'node:timers/promises';
import { firstRow, rows } from '../../../platform/database/run.ts';
import { sql, type Sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import { byBytes } from '../../../platform/text/order.ts';
import type { Found, Part, Source } from './page.ts';

/** Rows that are looked at before others have their turn: as many as take some milliseconds, however large they are. */
const sliceRows = { first: 20, most: 500 };
const sliceMs = { short: 4, long: 12 };

function nextSize(size: number, tookMs: number): number {
  if (tookMs < sliceMs.short) return Math.min(size * 2, sliceRows.most);
  return tookMs > sliceMs.long ? Math.max(1, Math.floor(size / 4)) : size;
}

/** A source whose rows are looked at in slices. */
export interface Scanned extends Source {
  /** All of them, without the filter: what a slice is cut from. */
  whole: Sql;
}

/**
 * What `findPart` finds, and how many there are in all, for questions that no index serves: SQLite reads in the server's
 * own thread, so that one statement over a million people would keep everybody waiting. Here others are answered between the slices.
 * @param needsTotal false when the number is known already: then no more is read than the part needs
 */
export async function scanPart(
  on: Reader,
  sources: readonly Scanned[],
  part: Part,
  needsTotal: boolean,
): Promise<{ found: Found[]; total: number }> {
  const order = orderOf(part);
  const most = part.offset + part.limit;
  let best: Found[] = [];
  let total = 0;
  for (const source of sources) {
    let kept = 0;
    for await (const slice of slicesOf(on, source)) {
      total += slice.length;
      const behind = part.after ? slice.filter((each) => order(each, part.after!) > 0) : slice;
      best.push(...behind);
      kept += behind.length;
      // Enough are kept to be cut seldom, and few enough that memory stays what the page needs.
      if (best.length > 2 * most + 1_000) best = best.toSorted(order).slice(0, most);
      if (!needsTotal && !part.isSorted && kept >= most) break;
    }
  }
  return { found: best.toSorted(order).slice(part.offset, most), total };
}

async function* slicesOf(on: Reader, { type, from, whole, id, key }: Scanned): AsyncGenerator<Found[]> {
  let size = sliceRows.first;
  for (let last = ''; ;) {
    const begun = performance.now();
    const end = await firstRow<{ id: string }>(
      on,
      sql`SELECT ${id} AS "id" FROM ${whole} AND ${id} > ${last} ORDER BY ${id} LIMIT 1 OFFSET ${size - 1}`,
    );
    const until = end ? sql`AND ${id} <= ${end.id}` : sql``;
    const shown = key?.key ?? sql`NULL`;
    const found = await rows<Omit<Found, 'type'>>(
      on,
      sql`SELECT ${id} AS "id", ${shown} AS "key" FROM ${from} AND ${id} > ${last} ${until} ORDER BY ${id}`,
    );
    size = nextSize(size, performance.now() - begun);
    yield found.map((each) => ({ type, id: each.id, key: each.key }));
    if (!end) return;
    last = end.id;
    await setImmediate();
  }
}

type Placed = Pick<Found, 'id' | 'key'>;

/** The order that SQL has: by key, those without one last, or first when descending; then by id. */
const orderOf =
  ({ isSorted, isDescending }: Part) =>
  (a: Placed, b: Placed): number => {
    const sign = isDescending ? -1 : 1;
    return (isSorted ? sign * byKey(a.key, b.key) : 0) || byBytes(a.id, b.id);
  };

function byKey(a: Found['key'], b: Found['key']): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return typeof a === 'string' ? byBytes(a, String(b)) : a - Number(b);
}
