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
