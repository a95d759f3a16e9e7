import { EntitySchema } from 'typeorm';
import { type Columns, integer, text, time } from '../database/columns.ts';

/** What was taken of a limit in its window, by every process together (`shared.ts`). Of no account: who is counted may be nobody. */
export interface RateCounter {
  /** The limit's name, and one of a fixed number of counters, picked by a keyed hash of what is counted. */
  counter: string;
  windowEnds: number;
  taken: number;
}

export const RateCounterTable = new EntitySchema<RateCounter>({
  name: 'RateCounter',
  tableName: 'rate_counters',
  columns: {
    counter: { ...text(64), primary: true },
    windowEnds: time,
    taken: integer,
  } satisfies Columns<RateCounter>,
});
