let ahead = 0;

/** The time everywhere, in milliseconds UTC. Tests move it; nothing else may. */
export const clock = {
  now: (): number => Date.now() + ahead,
  /** Moves the clock by `milliseconds`, for tests of what ends by time. */
  advance(milliseconds: number): void {
    ahead += milliseconds;
  },
  reset(): void {
    ahead = 0;
  },
};

/** ISO 8601, UTC, as every page, API and record shows a time. */
export const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The same for a time that may never have come. */
export const isoOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : iso(milliseconds);
