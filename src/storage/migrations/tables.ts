import { type QueryRunner, Table, type TableColumnOptions } from 'typeorm';

/** child table, its column, parent table: a row goes with its parent. */
export type Reference = [child: string, column: string, parent: string];

const isText = ({ type }: TableColumnOptions): boolean => type === 'varchar' || type === 'text';

/** Makes tables, in the order given, a parent before its children; text compares by its bytes on both engines. */
export async function createTables(
  q: QueryRunner,
  tables: Record<string, TableColumnOptions[]>,
  references: readonly Reference[],
  indices: readonly string[],
): Promise<void> {
  const postgres = q.connection.options.type === 'postgres';
  for (const [name, columns] of Object.entries(tables)) {
    const foreignKeys = references
      .filter(([child]) => child === name)
      .map(([, column, parent]) => ({
        columnNames: [column],
        referencedTableName: parent,
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
      }));
    await q.createTable(
      new Table({
        name,
        columns: columns.map((column) => (postgres && isText(column) ? { ...column, collation: 'C' } : column)),
        foreignKeys,
      }),
    );
  }
  for (const index of indices) await q.query(index);
}

/** Drops what `createTables` made. */
export async function dropTables(q: QueryRunner, tables: Record<string, TableColumnOptions[]>): Promise<void> {
  for (const name of Object.keys(tables).toReversed()) await q.dropTable(name);
}
