import type { TableColumnOptions } from 'typeorm';

/** Columns as migrations write them: the small set that SQLite and PostgreSQL agree on. */
export const text = (name: string, length: number): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
});
export const id = (name: string): TableColumnOptions => text(name, 64);
export const longText = (name: string): TableColumnOptions => ({ name, type: 'text' });
export const json = (name: string): TableColumnOptions => longText(name);
export const bigint = (name: string): TableColumnOptions => ({ name, type: 'bigint' });
export const flag = (name: string): TableColumnOptions => ({ name, type: 'boolean' });
export const key = (column: TableColumnOptions): TableColumnOptions => ({ ...column, isPrimary: true });
export const optional = (column: TableColumnOptions): TableColumnOptions => ({ ...column, isNullable: true });
