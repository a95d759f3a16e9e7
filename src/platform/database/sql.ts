/** A piece of SQL with its values kept apart; pieces nest, and render for either engine. */
export class Sql {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];

  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings;
    this.values = values;
  }

  /** The text with the engine's placeholders, and the values in their order. */
  render(engine: Engine): { text: string; parameters: unknown[] } {
    const parameters: unknown[] = [];
    return { text: this.#into(engine, parameters), parameters };
  }

  #into(engine: Engine, parameters: unknown[]): string {
    let text = this.strings[0] ?? '';
    this.values.forEach((value, i) => {
      if (value instanceof Sql) text += value.#into(engine, parameters);
      else if (value instanceof Many) {
        parameters.push(engine === 'sqlite' ? JSON.stringify(value.texts) : value.texts);
        text += value.as[engine](parameters.length);
      } else if (value instanceof Table) {
        text += value.into(engine, parameters);
      } else {
        parameters.push(engine === 'sqlite' && typeof value === 'boolean' ? Number(value) : value);
        text += engine === 'sqlite' ? placeholderAfter(text) : `$${parameters.length}`;
      }
      text += this.strings[i + 1] ?? '';
    });
    return text;
  }
}

export type Engine = 'sqlite' | 'postgres';

/**
 * SQLite's placeholder. Where its planner sees a bare `?` it looks at what is bound, and for that compiles the statement
 * anew at each run, which takes ten times as long as the statement; the plus changes nothing else (decision 0037).
 */
const placeholder = '+?';
/** A limit is worth looking at: by it the planner judges whether to sort. */
const placeholderAfter = (text: string): string => (text.endsWith('LIMIT ') ? '?' : placeholder);

/** Many texts as one parameter: a list in JSON, or an array. */
class Many {
  readonly texts: readonly string[];
  readonly as: Record<Engine, (place: number) => string>;

  constructor(texts: readonly string[], as: Many['as']) {
    this.texts = texts;
    this.as = as;
  }
}

/**
 * Whether a column is one of these texts, `"id" ${isOneOf(ids)}`: one parameter and one statement's text however many they
 * are, so that it stays prepared. For columns of text alone.
 */
export const isOneOf = (texts: readonly string[]): Sql =>
  new Sql(
    ['', ''],
    [
      new Many(texts, {
        sqlite: () => `IN (SELECT "value" FROM json_each(${placeholder}))`,
        postgres: (place) => `= ANY($${place}::text[])`,
      }),
    ],
  );

/** These texts as a query that gives each in a row, in one parameter. */
export const rowsOf = (texts: readonly string[]): Sql =>
  new Sql(
    ['', ''],
    [
      new Many(texts, {
        sqlite: () => `SELECT "value" FROM json_each(${placeholder})`,
        postgres: (place) => `SELECT unnest($${place}::text[])`,
      }),
    ],
  );

/** What a column of many rows is to the engine that has types for it. */
export type Kind = 'text' | 'bigint' | 'boolean';

/** A column of many rows, from the first one to the last. */
export interface Column {
  name: string;
  kind: Kind;
  values: readonly (string | number | boolean | null)[];
}

/** Rows as few parameters: an array a column, or one list in JSON. */
class Table {
  readonly columns: readonly Column[];

  constructor(columns: readonly Column[]) {
    this.columns = columns;
  }

  into(engine: Engine, parameters: unknown[]): string {
    if (engine === 'sqlite') {
      const rows = this.columns[0]?.values.map((_, row) => this.columns.map(({ values }) => values[row]));
      parameters.push(JSON.stringify(rows));
      return `SELECT ${this.columns.map(({ name }, place) => `"value" ->> ${place} AS "${name}"`).join(', ')} FROM json_each(?)`;
    }
    const arrays = this.columns.map(({ kind, values }) => `$${parameters.push(values)}::${kind}[]`);
    return `SELECT * FROM unnest(${arrays.join(', ')}) AS "rows" (${this.columns.map(({ name }) => `"${name}"`).join(', ')})`;
  }
}

/**
 * Rows of values as a query that gives them, `FROM (${tableOf(columns)}) w`: one statement's text however many they are,
 * so that it stays prepared.
 */
export const tableOf = (columns: readonly Column[]): Sql => new Sql(['', ''], [new Table(columns)]);

/** Tagged template: every `${value}` becomes a parameter, every `${sql…}` a nested piece. */
export const sql = (strings: TemplateStringsArray, ...values: unknown[]): Sql => new Sql(strings, values);

/** Joins pieces: `join(parts, ' AND ')`. */
export function join(parts: readonly Sql[], separator: string): Sql {
  if (parts.length === 0) return new Sql([''], []);
  return new Sql(['', ...parts.slice(1).map(() => separator), ''], parts);
}

/** A list of values for `IN (…)`; never empty (`IN (NULL)` matches nothing). */
export const list = (values: readonly unknown[]): Sql =>
  values.length
    ? join(
        values.map((value) => sql`${value}`),
        ', ',
      )
    : sql`NULL`;
