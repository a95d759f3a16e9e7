import { texts } from './texts.ts';

/** What can be wrong with a trail. */
export type Wrong = keyof typeof texts.wrong;

/** The first thing that is wrong in a chain, and with which record. */
export interface Finding {
  wrong: Wrong;
  /** In plain words. */
  says: string;
  /** Its place in the chain; null when it cannot be told. */
  position: number | null;
  recordId: string | null;
  eventName: string | null;
  eventTime: number | null;
}

/** What is known of the record in question. */
export type Named = Partial<Pick<Finding, 'position' | 'recordId' | 'eventName' | 'eventTime'>>;

export function finding(wrong: Wrong, { position, recordId, eventName, eventTime }: Named): Finding {
  return {
    wrong,
    says: texts.wrong[wrong],
    position: position ?? null,
    recordId: recordId ?? null,
    eventName: eventName ?? null,
    eventTime: eventTime ?? null,
  };
}

/** Whichever comes first in the chain; of two at one place, `a`. */
export function firstOf(a: Finding | null, b: Finding | null): Finding | null {
  if (!a || !b) return a ?? b;
  return (b.position ?? Infinity) < (a.position ?? Infinity) ? b : a;
}
