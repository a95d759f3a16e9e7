import { printable } from '../printable.ts';
import { tableOf } from './table.ts';
import type { Terminal } from './terminal.ts';

/** What a cell of a table, or a fact of one thing, may be; null and undefined show as a dash. */
export type Cell = string | number | boolean | null | undefined;

interface List<T> {
  /** The name of the list in JSON, such as `accounts`. */
  name: string;
  /** What JSON shows: lower camel case, times as ISO 8601, nothing secret. */
  items: readonly T[];
  /** Head → what the cell shows. */
  columns: Readonly<Record<string, (item: T) => Cell>>;
  /** What is said when there is nothing. */
  empty: string;
  /** Said when there is more than is shown; in JSON it is `more`. */
  more?: { are: boolean; hint: string };
  /** What else JSON shows of the list as a whole. */
  beside?: Record<string, unknown>;
}

interface One {
  /** What JSON shows. */
  json: Record<string, unknown>;
  /** Name → value, for people. */
  facts: readonly (readonly [string, Cell])[];
}

/** The answer of a command: for people, or as one JSON document. Text from outside cannot move the cursor in either. */
export class Output {
  readonly #terminal: Terminal;
  /** Whether one JSON document was asked for. */
  readonly json: boolean;

  constructor(terminal: Terminal, json: boolean) {
    this.#terminal = terminal;
    this.json = json;
  }

  /** Answers with a list, as a table. */
  list<T>({ name, items, columns, empty, more, beside }: List<T>): void {
    if (this.json) {
      this.document({ ...beside, [name]: items, ...(more && { more: more.are }) });
      return;
    }
    if (items.length === 0) {
      this.talk(empty);
      return;
    }
    const heads = Object.keys(columns);
    const lines = items.map((item) => Object.values(columns).map((cell) => shown(cell(item))));
    for (const line of tableOf(heads, lines)) this.line(line);
    if (more?.are) this.talk(more.hint);
  }

  /** Answers with one thing. */
  one({ json, facts }: One): void {
    if (this.json) {
      this.document(json);
      return;
    }
    const width = Math.max(0, ...facts.map(([name]) => name.length));
    for (const [name, value] of facts) this.line(`${name.padEnd(width)}  ${shown(value)}`);
  }

  /** Answers that something was done. */
  done(json: Record<string, unknown>, text: string): void {
    if (this.json) this.document(json);
    else this.line(text);
  }

  /** The whole answer as JSON; for a command whose answer is neither a list nor one thing. */
  document(json: unknown): void {
    this.#terminal.out(`${jsonText(json)}\n`);
  }

  /** A line of the answer, for people. */
  line(text: string): void {
    this.#terminal.out(`${printable(text)}\n`);
  }

  /** A line that is no part of the answer. */
  talk(text: string): void {
    this.#terminal.say(`${printable(text)}\n`);
  }

  /** Says what is being waited for, where somebody watches; the next line takes its place. */
  async during<T>(text: string, work: Promise<T>): Promise<T> {
    if (!this.#terminal.interactive) return work;
    this.#terminal.say(printable(`${text} …`));
    return work.finally(() => this.#terminal.say('\r\u{1b}[K'));
  }
}

const shown = (cell: Cell): string => {
  if (cell === null || cell === undefined || cell === '') return '–';
  return typeof cell === 'boolean' ? (cell ? 'yes' : 'no') : printable(String(cell));
};

/** JSON whose strings hold no character that a terminal would act on. */
export const jsonText = (value: unknown, indent = 2): string =>
  JSON.stringify(value, null, indent).replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (found) =>
    [...Array(found.length).keys()].map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
