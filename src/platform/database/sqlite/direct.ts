import type { Raw, Statement } from './raw.ts';

/** Statements that a connection keeps prepared; a text that names many values changes with their number. */
const mostPrepared = 500;

/** Runs statements on a connection without TypeORM between, prepared once: a third of the time that a small one takes. */
export function directOn(raw: Raw): (text: string, parameters: unknown[]) => Promise<unknown[]> {
  const prepared = new Map<string, Statement>();
  return async (text, parameters) => {
    let statement = prepared.get(text);
    if (!statement) {
      statement = raw.prepare(text);
      if (prepared.size < mostPrepared) prepared.set(text, statement);
    }
    if (statement.reader) return statement.all(parameters);
    statement.run(parameters);
    return [];
  };
}
