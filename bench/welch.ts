/** Two samples beside each other: how far their means are apart, and how likely that is by chance (Welch's t-test). */
export interface Compared {
  /** Milliseconds, of the second beside the first. */
  difference: number;
  t: number;
  p: number;
}

/** @param a at least some hundred samples each: the t distribution is taken for the normal one */
export function welch(a: readonly number[], b: readonly number[]): Compared {
  const [one, other] = [moments(a), moments(b)];
  const t = (other.mean - one.mean) / Math.sqrt(one.variance / a.length + other.variance / b.length);
  return { difference: other.mean - one.mean, t, p: erfc(Math.abs(t) / Math.SQRT2) };
}

function moments(samples: readonly number[]): { mean: number; variance: number } {
  const mean = samples.reduce((sum, each) => sum + each, 0) / samples.length;
  const variance = samples.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (samples.length - 1);
  return { mean, variance };
}

/** The complementary error function, to seven digits (Abramowitz and Stegun, 7.1.26, for x ≥ 0). */
function erfc(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const series = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  return series.reduce((sum, each) => (sum + each) * t, 0) * Math.exp(-x * x);
}
