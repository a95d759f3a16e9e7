/** What one request did, when, and what it was answered. */
export interface Event {
  /** Turns of one clock: one request was answered before another was sent. */
  sent: number;
  answered: number;
  status: number;
  /** The members after it, of those before it; null when the group is gone. */
  effect: (members: ReadonlySet<string> | null) => { members: ReadonlySet<string> | null; status: number };
}

const nameOf = (members: ReadonlySet<string> | null): string =>
  members === null ? 'gone' : [...members].toSorted().join(' ');

/**
 * Whether some serial order of the requests, in which none stands before one that was answered before it was sent, gives
 * every answer that was given and ends in this state (linearisability).
 */
export function isSerial(
  start: ReadonlySet<string>,
  events: readonly Event[],
  end: ReadonlySet<string> | null,
): boolean {
  const wanted = nameOf(end);
  const tried = new Set<string>();
  const go = (members: ReadonlySet<string> | null, left: readonly Event[]): boolean => {
    if (left.length === 0) return nameOf(members) === wanted;
    const here = `${left.map(({ sent }) => sent).join(',')}|${nameOf(members)}`;
    if (tried.has(here)) return false;
    tried.add(here);
    const first = Math.min(...left.map(({ answered }) => answered));
    return left.some((event) => {
      if (event.sent > first) return false; // another was over before
      const after = event.effect(members);
      return (
        after.status === event.status &&
        go(
          after.members,
          left.filter((each) => each !== event),
        )
      );
    });
  };
  return go(start, events);
}
