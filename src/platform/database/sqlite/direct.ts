import type { Direct } from '../run.ts';
import type { Raw, Statement } from './raw.ts';

/** Statements that a connection keeps prepared; a text that names many values changes with their number. */
const mostPrepared = 500;

/** Runs statements on a connection without TypeORM between, prepared once: a third of the time that a small one takes. */
export function directOn(raw: Raw): Direct {
  const prepared = new Map<string, Statement>();
  const now = (text: string, parameters: readonly unknown[]): object[] => {
    let statement = prepared.get(text);
    if (!statement) {
      statement = raw.prepare(text);
      if (prepared.size < mostPrepared) prepared.set(text, statement);
    }
    if (statement.reader) return statement.all(parameters) as object[];
    statement.run(parameters);
    return [];
  };
  return {
    run: async (text, parameters) => now(text, parameters),
    later: async (text, parameters) => void now(text, parameters),
  };
}
