import type { ClientBase, Connection, FieldDef, Submittable } from 'pg';
import { frames, type Parameter } from './frames.ts';

/** One statement of a message, and who waits for its rows. */
export interface Asked {
  text: string;
  parameters: readonly Parameter[];
  /** The rows; of what gives none, no rows; and the server's word for what it did. */
  answered: (rows: object[], command: string) => void;
  failed: (error: unknown) => void;
}

/** A statement that a connection keeps prepared, and the columns of its rows once they were described. */
interface Prepared {
  name: string;
  columns: Column[] | null;
}

interface Column {
  name: string;
  read: (text: string) => unknown;
}

/** Statements that each connection keeps prepared; a text that names many values changes with their number. */
const mostPrepared = 400;
const mostParameters = 40;

/** What is prepared on a connection; and how many names were given, since a name that failed is never used again. */
class Statements {
  readonly known = new Map<string, Prepared>();
  given = 0;
}

const statements = new WeakMap<ClientBase, Statements>();

/** How a value goes to the server; a list of plain values as an array. @throws TypeError for what is nothing of this */
export function asParameter(value: unknown): Parameter {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Buffer) return value;
  if (Array.isArray(value)) return arrayOf(value);
  throw new TypeError(notPlain);
}
const notPlain = 'a value of a statement is a text, a number, a boolean, bytes, null, or a list of such but bytes';

/** An array as PostgreSQL reads it from text ("Array Input and Output Syntax"). */
const arrayOf = (values: readonly unknown[]): string => `{${values.map(elementOf).join(',')}}`;

function elementOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return `"${/["\\]/.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : value}"`;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  throw new TypeError(notPlain);
}

/**
 * Several statements in one message to the server, and one message back: each runs as if it had been sent alone, in
 * their order, and after the first that fails none (PostgreSQL, "Extended Query": what precedes one Sync).
 */
export class Message implements Submittable {
  readonly #all: readonly Asked[];
  readonly #statements: Statements;
  readonly #readerOf: (oid: number) => (text: string) => unknown;
  readonly #done: () => void;
  /** Which of them is being answered, with what of it is here. */
  #at = 0;
  #prepared: (Prepared | null)[] = [];
  #columns: Column[] | null = null;
  #rows: object[] = [];

  /** @param done called once, when the next message may be sent */
  constructor(client: ClientBase, all: readonly Asked[], done: () => void) {
    this.#all = all;
    this.#done = done;
    const present = statements.get(client) ?? new Statements();
    statements.set(client, present);
    this.#statements = present;
    const typed = client as ClientBase & { getTypeParser: (oid: number, format: string) => (text: string) => unknown };
    this.#readerOf = (oid) => typed.getTypeParser(oid, 'text');
  }

  submit(connection: Connection): null {
    frames.drop(); // what a message left that was too large to be sent
    for (const asked of this.#all) this.#put(asked);
    frames.sync();
    const { stream } = connection;
    if (stream.writable) stream.write(frames.take());
    return null;
  }

  #put({ text, parameters }: Asked): void {
    let prepared = this.#statements.known.get(text) ?? null;
    if (!prepared) {
      const { known } = this.#statements;
      const isKept = parameters.length <= mostParameters && known.size < mostPrepared;
      prepared = isKept ? { name: `carillon_${++this.#statements.given}`, columns: null } : null;
      if (prepared) known.set(text, prepared);
      frames.parse(prepared?.name ?? '', text);
    }
    this.#prepared.push(prepared);
    frames.bind(prepared?.name ?? '', parameters);
    if (!prepared?.columns) frames.describe();
    frames.execute();
  }

  handleRowDescription({ fields }: { fields: FieldDef[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({ name, read: this.#readerOf(dataTypeID) }));
    const prepared = this.#prepared[this.#at];
    if (prepared) prepared.columns = this.#columns;
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const columns = this.#columns ?? this.#prepared[this.#at]?.columns ?? [];
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) {
      const { name, read } = columns[i]!;
      const text = fields[i] ?? null;
      row[name] = text === null ? null : read(text);
    }
    this.#rows.push(row);
  }

  handleCommandComplete({ text }: { text: string }): void {
    const rows = this.#rows;
    const prepared = this.#prepared[this.#at];
    if (prepared) prepared.columns ??= []; // of what gives no rows nothing is described
    this.#rows = [];
    this.#columns = null;
    this.#all[this.#at++]?.answered(rows, text);
  }

  handleReadyForQuery(): void {
    this.#done();
  }

  /** The statement that is next has failed, or the connection has; of the rest none has run. */
  handleError(error: unknown): void {
    const left = this.#all.slice(this.#at);
    // What was to be prepared by the failed one or behind it may not be there; and a plan may be stale.
    for (const { text } of left) this.#statements.known.delete(text);
    this.#at = this.#all.length;
    for (const { failed } of left) failed(error);
    if (left.length > 0) this.#done();
  }
}
