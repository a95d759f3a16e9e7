/** The value below which the given share of the samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Prints rows under their heads, as a Markdown table. */
export function printTable(heads: readonly string[], rows: readonly (string | number)[][]): void {
  const line = (cells: readonly (string | number)[]): void => {
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  };
  line(heads);
  line(heads.map(() => '---'));
  rows.forEach(line);
}
