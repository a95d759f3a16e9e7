import type { Direct } from '../run.ts';
import type { Raw, Statement } from './raw.ts';

/** Statements that a connection keeps prepared, at most twice so many; a text that names many values changes with their number. */
const mostPrepared = 250;

/** Runs statements on a connection without TypeORM between, prepared once: a third of the time that a small one takes. */
export function directOn(raw: Raw): Direct {
  let prepared = new Map<string, Statement>();
  /** What was asked for before the last so many others: it is let go unless it is asked for again. */
  let former = prepared;
  const statementOf = (text: string): Statement => {
    const known = prepared.get(text);
    if (known) return known;
    if (prepared.size >= mostPrepared) {
      former = prepared;
      prepared = new Map();
    }
    const statement = former.get(text) ?? raw.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  const now = (text: string, parameters: readonly unknown[]): object[] => {
    const statement = statementOf(text);
    if (statement.reader) return statement.all(parameters) as object[];
    statement.run(parameters);
    return [];
  };
  return {
    run: async (text, parameters) => now(text, parameters),
    later: async (text, parameters) => void now(text, parameters),
  };
}
