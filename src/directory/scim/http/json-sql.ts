import { type Engine, Sql, sql } from '../../../platform/database/sql.ts';

const plain = (text: string): Sql => new Sql([text], []);
/** Names come from the schema alone; they are quoted all the same. */
const quoted = (name: string): string => `'${name.replaceAll("'", "''")}'`;
const member = (name: string): string => `."${name.replaceAll("'", "''")}"`;

/** SQL that reads a column of JSON, in the terms of one engine. Text compares by its bytes on both. */
export interface JsonSql {
  /** The text at a path of names; NULL where nothing is. */
  text: (column: string, path: readonly string[]) => Sql;
  /** The elements of a list as rows `e`, from within FROM. */
  elements: (column: string, path: readonly string[]) => Sql;
  /** Of an element `e`: the text of one of its members. */
  ofElement: (name: string) => Sql;
  /** The same member of the element in its place in another column, whose list is as long. */
  ofTwin: (column: string, path: readonly string[], name: string) => Sql;
  /** Of an element `e`: whether a member is true, and whether it is there. */
  flag: (name: string) => Sql;
  /** Where the element stands in its list. */
  place: Sql;
}

const sqlite: JsonSql = {
  text: (column, path) => plain(`json_extract(${column}, '$${path.map(member).join('')}')`),
  elements: (column, path) => plain(`json_each(${column}, '$${path.map(member).join('')}') e`),
  ofElement: (name) => plain(`json_extract(e."value", '$${member(name)}')`),
  ofTwin: (column, path, name) =>
    plain(`json_extract(${column}, '$${path.map(member).join('')}[' || e."key" || ']${member(name)}')`),
  flag: (name) => plain(`COALESCE(json_extract(e."value", '$${member(name)}'), 0)`),
  place: sql`e."key"`,
};

const step = (path: readonly string[]): string => path.map((name) => ` -> ${quoted(name)}`).join('');
const last = (path: readonly string[]): string => `${step(path.slice(0, -1))} ->> ${quoted(path.at(-1)!)}`;

const postgres: JsonSql = {
  text: (column, path) => plain(`((${column})::jsonb${last(path)}) COLLATE "C"`),
  elements: (column, path) => {
    const found = `(${column})::jsonb${step(path)}`;
    // What is no list would be an error, and the planner may ask it of anybody's row.
    return plain(
      `jsonb_array_elements(CASE WHEN jsonb_typeof(${found}) = 'array' THEN ${found} ELSE '[]'::jsonb END) ` +
        `WITH ORDINALITY AS e("value", "key")`,
    );
  },
  ofElement: (name) => plain(`(e."value" ->> ${quoted(name)}) COLLATE "C"`),
  ofTwin: (column, path, name) =>
    plain(`((${column})::jsonb${step(path)} -> (e."key" - 1)::int ->> ${quoted(name)}) COLLATE "C"`),
  flag: (name) => plain(`(COALESCE(e."value" ->> ${quoted(name)}, 'false') = 'true')`),
  place: sql`e."key"`,
};

export const jsonSql: Record<Engine, JsonSql> = { sqlite, postgres };
