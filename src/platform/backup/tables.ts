import type { QueryRunner, Table } from 'typeorm';

export interface BackupTable {
  name: string;
  columns: { name: string; type: string }[];
  /** The columns of the primary key, by which its rows are read in pieces. */
  key: string[];
}

const isPostgres = (runner: QueryRunner): boolean => runner.connection.options.type === 'postgres';

/** Columns that mean something in one server alone, and are made anew in another. */
const ofOneServer: Record<string, readonly string[]> = { outbox: ['position', 'xid', 'node'] };

/** Every table of the database but the list of migrations, a parent before its children. */
export async function tablesOf(runner: QueryRunner): Promise<BackupTable[]> {
  const found: { name: string; it: Table }[] = [];
  for (const name of await tableNames(runner)) found.push({ name, it: await described(runner, name) });
  const parents = new Map(
    found.map(({ name, it }) => [
      name,
      it.foreignKeys
        .map(({ referencedTableName }) => referencedTableName.split('.').at(-1) ?? '')
        .filter((to) => to !== name),
    ]),
  );
  const tables = new Map(
    found.map(({ name, it }) => [
      name,
      {
        name,
        columns: it.columns
          .filter((column) => !ofOneServer[name]?.includes(column.name))
          .map((column) => ({ name: column.name, type: column.type })),
        key: it.primaryColumns.map((column) => column.name),
      },
    ]),
  );
  return parentsFirst(parents).flatMap((name) => tables.get(name) ?? []);
}

export async function tableNames(runner: QueryRunner): Promise<string[]> {
  const rows = (await runner.query(
    isPostgres(runner)
      ? `SELECT tablename AS "name" FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`
      : `SELECT "name" FROM sqlite_master WHERE "type" = 'table' AND "name" NOT LIKE 'sqlite_%' ORDER BY "name"`,
  )) as { name: string }[];
  return rows.map(({ name }) => name).filter((name) => name !== 'migrations');
}

async function described(runner: QueryRunner, name: string): Promise<Table> {
  const table = await runner.getTable(name);
  if (!table) throw new Error(`the table ${name} is gone`);
  return table;
}

function parentsFirst(parents: ReadonlyMap<string, readonly string[]>): string[] {
  const order = new Set<string>();
  const visit = (name: string): void => {
    if (order.has(name)) return;
    for (const parent of parents.get(name) ?? []) visit(parent);
    order.add(name);
  };
  for (const name of parents.keys()) visit(name);
  return [...order];
}
