import { firstRow, rows } from '../../../platform/database/run.ts';
import { type Engine, join, type Sql, sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { SortKey } from '../protocol/sort.ts';
import type { Position } from './cursor.ts';

/** Resources of one type that fit. */
export interface Source {
  type: string;
  /** A table with its alias and condition: `"users" u WHERE …` */
  from: Sql;
  id: Sql;
  /** Undefined when there is no order but that in which they came, or when they have no such attribute. */
  key: SortKey | undefined;
}

/** In which order, and which part of it. */
export interface Part {
  isSorted: boolean;
  isDescending: boolean;
  /** Whether there is a filter, whose index is to be taken rather than that of the order. */
  isFiltered: boolean;
  /** Whether they are taken behind a place; null for the first of them. Undefined: by number. */
  after?: Position | null;
  offset: number;
  limit: number;
}

export interface Found {
  type: string;
  id: string;
  key: string | number | null;
}

/** Finds a part of all that fits, in order: by the sort key, those without one last (RFC 7644 §3.4.2.3), then by id. */
export async function findPart(on: Reader, engine: Engine, sources: readonly Source[], part: Part): Promise<Found[]> {
  if (part.limit === 0) return [];
  const plain = sources.length === 1 && !part.isSorted ? sources[0]! : null;
  const found = await rows<Partial<Found> & { id: string }>(
    on,
    plain ? plainPart(plain, part) : sortedPart(engine, sources, part),
  );
  const keys = sources.find(({ key }) => key !== undefined)?.key;
  return found.map(({ type, id, key = null }) => ({
    type: type ?? plain!.type,
    id,
    key: key === null || keys?.isText ? key : Number(key),
  }));
}

const plainPart = (source: Source, part: Part): Sql =>
  sql`SELECT ${source.id} AS "id" FROM ${rowsOfPart(source, part)}`;

/** A part of one type's resources in the order in which they came, as what follows a FROM. */
export function rowsOfPart({ from, id }: Source, { after, offset, limit, isFiltered }: Part): Sql {
  const behind = after ? sql`AND ${id} > ${after.id}` : sql``;
  const skipped = offset === 0 ? sql`` : sql`OFFSET ${offset}`;
  // An expression, so that the index of the filter is taken and not that of the order; then no limit is judged by either.
  const [order, most] =
    isFiltered && after === undefined ? [sql`${id} || ''`, sql`LIMIT (${limit})`] : [id, sql`LIMIT ${limit}`];
  return sql`${from} ${behind} ORDER BY ${order} ${most} ${skipped}`;
}

function sortedPart(engine: Engine, sources: readonly Source[], part: Part): Sql {
  const isText = sources.some(({ key }) => key?.isText);
  const nothing = isText ? sql`CAST(NULL AS text)` : sql`CAST(NULL AS bigint)`;
  const branches = sources.map(
    ({ type, from, id, key }) =>
      sql`SELECT CAST(${type} AS text) AS "type", ${id} AS "id", ${key?.key ?? nothing} AS "key" FROM ${from}`,
  );
  const nullable = part.isSorted && sources.some(({ key }) => key?.nullable ?? true);
  // Of several tables PostgreSQL does not see that their text compares by its bytes.
  const key = isText && engine === 'postgres' ? sql`x."key" COLLATE "C"` : sql`x."key"`;
  const direction = part.isDescending ? sql`DESC` : sql`ASC`;
  const order = [
    ...(nullable ? [sql`CASE WHEN x."key" IS NULL THEN 1 ELSE 0 END ${direction}`] : []),
    ...(part.isSorted ? [sql`${key} ${direction}`] : []),
    sql`x."id"`,
  ];
  const behind = part.after ? sql`WHERE ${isBehind(part.after, key, part)}` : sql``;
  return sql`SELECT x."type", x."id", x."key" FROM (${join(branches, ' UNION ALL ')}) x ${behind}
    ORDER BY ${join(order, ', ')} LIMIT ${part.limit} OFFSET ${part.offset}`;
}

/** What comes behind a place in the order. */
function isBehind({ id, key: last }: Position, key: Sql, { isSorted, isDescending }: Part): Sql {
  if (!isSorted) return sql`x."id" > ${id}`;
  if (last === null) {
    const among = sql`(x."key" IS NULL AND x."id" > ${id})`;
    return isDescending ? sql`(${among} OR x."key" IS NOT NULL)` : among;
  }
  const further = isDescending ? sql`${key} < ${last}` : sql`${key} > ${last}`;
  const same = sql`(${key} = ${last} AND x."id" > ${id})`;
  return isDescending ? sql`(${further} OR ${same})` : sql`(${further} OR ${same} OR x."key" IS NULL)`;
}

/** How many fit. */
export async function countAll(on: Reader, sources: readonly Source[]): Promise<number> {
  const counts = sources.map(({ from }) => sql`(SELECT COUNT(*) FROM ${from})`);
  const counted = await firstRow<{ n: number | string }>(on, sql`SELECT ${join(counts, ' + ')} AS "n"`);
  return Number(counted?.n ?? 0);
}
