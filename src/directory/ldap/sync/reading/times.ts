/** 1601-01-01 in milliseconds before 1970. */
const windowsEpochMs = 11_644_473_600_000n;
const never = 0x7fff_ffff_ffff_ffffn;

/** A FILETIME (100 ns since 1601, MS-DTYP 2.3.3) in milliseconds UTC; null for "never", for 0, and for what is none. */
export function fromFileTime(text: string | null): number | null {
  if (text === null || !/^\d{1,19}$/.test(text)) return null;
  const ticks = BigInt(text);
  if (ticks === 0n || ticks >= never) return null;
  return Number(ticks / 10_000n - windowsEpochMs);
}

/** Days since 1970 (shadowExpire, RFC 2307 §3) in milliseconds UTC; null for none. */
export function fromDays(text: string | null): number | null {
  if (text === null || !/^\d{1,7}$/.test(text)) return null;
  return Number(text) * 86_400_000;
}

/** A generalizedTime in UTC (RFC 4517 §3.3.13), with fractions or without, in milliseconds; null for none. */
export function fromGeneralizedTime(text: string | null): number | null {
  const [, y, mo, d, h, mi, s, fraction = ''] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?Z$/.exec(text ?? '') ?? [];
  if (y === undefined) return null;
  return Date.UTC(+y, +mo! - 1, +d!, +h!, +mi!, +s!) + Number(fraction.padEnd(3, '0').slice(0, 3));
}

/** A time as generalizedTime (RFC 4517 §3.3.13), in whole seconds. */
export const generalizedTime = (ms: number): string =>
  `${new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
