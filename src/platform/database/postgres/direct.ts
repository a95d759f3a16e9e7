import type { ClientBase, Pool } from 'pg';
import { isStalePlan } from '../faults.ts';

/** Runs one statement, and gives its rows. */
export type Direct = (text: string, parameters: unknown[]) => Promise<unknown[]>;

/** Statements that each connection keeps prepared; a text that names many values changes with their number. */
const mostPrepared = 400;
const mostParameters = 40;
const names = new Map<string, string | null>();

/** A name under which this text is prepared once a connection, or null. */
function nameOf(text: string, parameters: readonly unknown[]): string | null {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (parameters.length > mostParameters || names.size >= mostPrepared) return null;
  const name = `carillon_${names.size}`;
  names.set(text, name);
  return name;
}

/** Statements on a connection or a pool without TypeORM between, and prepared: a third less work for each. */
export const directOn =
  (on: ClientBase | Pool): Direct =>
  async (text, parameters) => {
    const name = nameOf(text, parameters);
    try {
      return (await on.query<object>({ ...(name && { name }), text, values: parameters })).rows;
    } catch (error) {
      // The schema was changed meanwhile: from now on this text is planned each time.
      if (name && isStalePlan(error)) names.set(text, null);
      throw error;
    }
  };
