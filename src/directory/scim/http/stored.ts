import { type Engine, sql, type Sql } from '../../../platform/database/sql.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import type { Column } from '../protocol/filter-sql.ts';

/** What it depends on how attributes are asked of the database. */
export interface Asking {
  engine: Engine;
  /** The address of the SCIM root. */
  base: string;
  scope: DirectoryScope;
}

/** Text that is the same for every row; PostgreSQL cannot see what it is, nor that it compares by its bytes. */
export const constant = ({ engine }: Asking, text: string): Sql =>
  engine === 'sqlite' ? sql`CAST(${text} AS text)` : sql`(CAST(${text} AS text) COLLATE "C")`;

/** An expression of text that is compared as it is. */
export const exact = (column: Sql): Column => ({ kind: 'text', column });

/** A column of folded text. */
export const folded = (column: Sql): Column => ({ kind: 'text', column, folded: true });

/** The address of a resource whose id a column holds. */
export const address = (asking: Asking, endpoint: 'Users' | 'Groups', id: Sql): Sql =>
  sql`(${constant(asking, `${asking.base}/${endpoint}/`)} || ${id})`;

/** The attributes of `meta` in terms of a row with `createdAt` and `updatedAt`. */
export const metaColumn = (
  asking: Asking,
  name: string | undefined,
  resourceType: string,
  row: { location: Sql; created: Sql; lastModified: Sql },
): Column | undefined => {
  if (name === 'resourceType') return exact(constant(asking, resourceType));
  if (name === 'location') return exact(row.location);
  if (name === 'created' || name === 'lastModified') return { kind: 'time', column: row[name] };
  // The version is a digest of what is shown: no row holds it.
  return undefined;
};
