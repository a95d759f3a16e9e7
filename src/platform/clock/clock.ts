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

const dayMs = 24 * 60 * 60 * 1000;
/** From the year 10000 on a year has more digits. */
const year10000 = Date.UTC(10_000, 0);
const twoDigits = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));
const threeDigits = Array.from({ length: 1_000 }, (_, i) => String(i).padStart(3, '0'));

/** Days that were written lately, as `2026-01-31T`: what a Date writes takes five times as long as the rest of a time. */
const days = new Map<number, string>();
const mostDays = 1_000;

function dayText(day: number): string {
  let text = days.get(day);
  if (text === undefined) {
    if (days.size >= mostDays) days.clear();
    text = new Date(day * dayMs).toISOString().slice(0, 11);
    days.set(day, text);
  }
  return text;
}

/** ISO 8601, UTC, as every page, API and record shows a time. @throws RangeError for what is no time */
export function iso(milliseconds: number): string {
  if (!(milliseconds >= 0 && milliseconds < year10000 && Number.isInteger(milliseconds)))
    return new Date(milliseconds).toISOString();
  const day = Math.floor(milliseconds / dayMs);
  const ofDay = milliseconds - day * dayMs;
  const seconds = Math.floor(ofDay / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${dayText(day)}${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}.${threeDigits[ofDay % 1000]}Z`;
}

/** The same for a time that may never have come. */
export const isoOrNull = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : iso(milliseconds);
