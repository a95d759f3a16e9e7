import { beginningOf, type Made } from './texts.ts';

/** A piece of SQL with its values kept apart; pieces nest, and render for either engine. */
export class Sql {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
  readonly #piece: unknown;

  /** @param isKept whether these very strings, not only their like, come again: a template's do, being made once */
  constructor(strings: readonly string[], values: readonly unknown[], isKept = true) {
    this.strings = strings;
    this.values = values;
    this.#piece = strings.length === 1 ? strings[0] : isKept ? strings : null;
  }

  /** The text with the engine's placeholders, and the values in their order. */
  render(engine: Engine): { text: string; parameters: unknown[] } {
    const parameters: unknown[] = [];
    const made = this.#gather(engine, parameters, beginningOf(engine));
    if (made.text !== null) return { text: made.text, parameters };
    const text = this.#into(engine, { places: 0 });
    if (parameters.length <= mostKept) made.keep(text);
    return { text, parameters };
  }

  /** Puts the values into their order. @returns what the statement is made of up to here */
  #gather(engine: Engine, parameters: unknown[], before: Made): Made {
    let made = before.with(this.#piece, parameters.length);
    const { values } = this;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value instanceof Sql) made = value.#gather(engine, parameters, made);
      else if (value instanceof Several) {
        made = made.with(value.piece, parameters.length);
        value.gather(engine, parameters);
      } else parameters.push(engine === 'sqlite' && typeof value === 'boolean' ? Number(value) : value);
    }
    return made;
  }

  #into(engine: Engine, before: { places: number }): string {
    let text = this.strings[0] ?? '';
    this.values.forEach((value, i) => {
      if (value instanceof Sql) text += value.#into(engine, before);
      else if (value instanceof Several) text += value.into(engine, before);
      else text += placeIn(engine, before, text);
      text += this.strings[i + 1] ?? '';
    });
    return text;
  }
}

/** Beyond so many values a text is long and seldom the same. */
const mostKept = 100;

export type Engine = 'sqlite' | 'postgres';

/**
 * SQLite's placeholder. Where its planner sees a bare `?` it looks at what is bound, and for that compiles the statement
 * anew at each run, which takes ten times as long as the statement; the plus changes nothing else (decision 0037).
 */
const placeholder = '+?';
/** A limit is worth looking at: by it the planner judges whether to sort. */
const placeholderAfter = (text: string): string => (text.endsWith('LIMIT ') ? '?' : placeholder);

/** The next value's place. */
function placeIn(engine: Engine, before: { places: number }, text: string): string {
  before.places++;
  return engine === 'sqlite' ? placeholderAfter(text) : `$${before.places}`;
}

/** Values that stand together in a place of a piece. */
abstract class Several {
  /** What tells its text from all others, given how many values came before it. */
  abstract readonly piece: unknown;
  abstract gather(engine: Engine, parameters: unknown[]): void;
  abstract into(engine: Engine, before: { places: number }): string;
}

/** Many texts as one parameter: a list in JSON, or an array. */
class Many extends Several {
  readonly texts: readonly string[];
  readonly piece: Record<Engine, (place: number) => string>;

  constructor(texts: readonly string[], as: Many['piece']) {
    super();
    this.texts = texts;
    this.piece = as;
  }

  gather(engine: Engine, parameters: unknown[]): void {
    parameters.push(engine === 'sqlite' ? JSON.stringify(this.texts) : this.texts);
  }

  into(engine: Engine, before: { places: number }): string {
    return this.piece[engine](++before.places);
  }
}

const oneOf: Many['piece'] = {
  sqlite: () => `IN (SELECT "value" FROM json_each(${placeholder}))`,
  postgres: (place) => `= ANY($${place}::text[])`,
};
const asRows: Many['piece'] = {
  sqlite: () => `SELECT "value" FROM json_each(${placeholder})`,
  postgres: (place) => `SELECT unnest($${place}::text[])`,
};
/** Around what is a piece of its own. */
const around = ['', ''];

/**
 * Whether a column is one of these texts, `"id" ${isOneOf(ids)}`: one parameter and one statement's text however many they
 * are, so that it stays prepared. One text is compared as such: PostgreSQL, which takes a list for ten where it plans for
 * any, would plan each statement anew for its one. For columns of text alone.
 */
export const isOneOf = (texts: readonly string[]): Sql =>
  texts.length === 1 ? sql`= ${texts[0]}` : new Sql(around, [new Many(texts, oneOf)]);

/** These texts as a query that gives each in a row, in one parameter. */
export const rowsOf = (texts: readonly string[]): Sql => new Sql(around, [new Many(texts, asRows)]);

/** What a column of many rows is to the engine that has types for it. */
export type Kind = 'text' | 'bigint' | 'boolean';

/** A column of many rows, from the first one to the last. */
export interface Column {
  name: string;
  kind: Kind;
  values: readonly (string | number | boolean | null)[];
}

/** Rows as few parameters: an array a column, or one list in JSON. */
class Table extends Several {
  readonly columns: readonly Column[];
  readonly piece: string;

  constructor(columns: readonly Column[]) {
    super();
    this.columns = columns;
    this.piece = columns.map(({ name, kind }) => `${kind} ${name}`).join('\n');
  }

  gather(engine: Engine, parameters: unknown[]): void {
    if (engine === 'postgres') parameters.push(...this.columns.map(({ values }) => values));
    else {
      const rows = this.columns[0]?.values.map((_, row) => this.columns.map(({ values }) => values[row]));
      parameters.push(JSON.stringify(rows));
    }
  }

  into(engine: Engine, before: { places: number }): string {
    if (engine === 'sqlite') {
      return `SELECT ${this.columns.map(({ name }, place) => `"value" ->> ${place} AS "${name}"`).join(', ')} FROM json_each(?)`;
    }
    const arrays = this.columns.map(({ kind }) => `$${++before.places}::${kind}[]`);
    return `SELECT * FROM unnest(${arrays.join(', ')}) AS "rows" (${this.columns.map(({ name }) => `"${name}"`).join(', ')})`;
  }
}

/** A list of values, each a parameter. */
class List extends Several {
  readonly values: readonly unknown[];

  constructor(values: readonly unknown[]) {
    super();
    this.values = values;
  }

  get piece(): number | null {
    return this.values.length <= mostKept ? this.values.length : null;
  }

  gather(engine: Engine, parameters: unknown[]): void {
    for (const value of this.values) {
      parameters.push(engine === 'sqlite' && typeof value === 'boolean' ? Number(value) : value);
    }
  }

  into(engine: Engine, before: { places: number }): string {
    return this.values.map(() => placeIn(engine, before, '')).join(', ');
  }
}

/**
 * Rows of values as a query that gives them, `FROM (${tableOf(columns)}) w`: one statement's text however many they are,
 * so that it stays prepared.
 */
export const tableOf = (columns: readonly Column[]): Sql => new Sql(around, [new Table(columns)]);

/** Tagged template: every `${value}` becomes a parameter, every `${sql…}` a nested piece. */
export const sql = (strings: TemplateStringsArray, ...values: unknown[]): Sql => new Sql(strings, values);

/** Joins pieces: `join(parts, ' AND ')`. */
export function join(parts: readonly Sql[], separator: string): Sql {
  if (parts.length === 0) return nothing;
  if (parts.length > mostJoined) return new Sql(between(parts.length, separator), parts, false);
  let known = joints.get(separator);
  if (!known) joints.set(separator, (known = []));
  return new Sql((known[parts.length] ??= between(parts.length, separator)), parts);
}

const nothing = new Sql([''], []);
/** What stands between so many pieces: the separators are a handful, written in the code. */
const joints = new Map<string, string[][]>();
const mostJoined = 40;
const between = (many: number, separator: string): string[] => [
  '',
  ...Array.from({ length: many - 1 }, () => separator),
  '',
];

/** A list of values for `IN (…)`; never empty (`IN (NULL)` matches nothing). */
export const list = (values: readonly unknown[]): Sql =>
  values.length ? new Sql(around, [new List(values)]) : sql`NULL`;
