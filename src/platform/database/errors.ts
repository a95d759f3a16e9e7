import { type CarillonError, errors } from '../errors/errors.ts';
import { type Fault, faultOf } from './faults.ts';

export const databaseErrors = errors({
  'write.raced': {
    kind: 'Conflict',
    text: 'Somebody else has just made the same thing. Please look again.',
  },
  'value.refused': {
    kind: 'BadRequest',
    text: 'A value is too long, or has a character that cannot be stored.',
  },
  'database.away': {
    kind: 'ServiceUnavailable',
    text: 'The database cannot be reached. Please try again in a moment.',
  },
  'database.inUse': {
    kind: 'Conflict',
    text: 'Another process uses this database. Stop Carillon first, on every machine that uses it.',
  },
});

/** What the engine's refusals are to whoever asked: something that ought to be checked before, or nobody's fault. */
const meanings = {
  unique: 'write.raced',
  value: 'value.refused',
  again: 'database.away',
  away: 'database.away',
} as const satisfies Record<Fault, string>;

/** A server that starts anew is there within seconds. */
const retryAfter = 1;

/** An engine's refusal in plain words, with its own for the log; null for what nobody foresees. */
export function asDatabaseError(error: unknown): CarillonError | null {
  const fault = faultOf(error);
  if (!fault) return null;
  const meaning = meanings[fault];
  const { message: detail } = error as Error;
  return databaseErrors(meaning, { cause: error, detail, ...(meaning === 'database.away' && { retryAfter }) });
}

/** How long whoever asks who somebody is waits for each answer: who cannot be asked for is not let in. */
export const patienceMs = 500;

/** Waits so long for the database, and no longer. @throws database.away */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(databaseErrors('database.away', { detail: 'no answer in time', retryAfter })),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
