import { cpus, loadavg } from 'node:os';

/** The value below which the given share of the samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** One measurement: what was done, how often, how long each took, and what it cost the process under test. */
export interface Line {
  what: string;
  /** How many at once; null where it has no meaning. */
  connections?: number | null;
  /** Milliseconds that each operation took. */
  times: readonly number[];
  /** How long the run was; null for operations one by one, with pauses. */
  seconds?: number | null;
  /** Processor time of the process under test, over the whole run; null where nothing tells it apart. */
  cpuMs?: number | null;
  /** A remark: the floor's share, or what else to know. */
  note?: string;
}

const heads = ['', 'connections', 'operations/s', 'CPU ms/op', 'p50 ms', 'p99 ms', ''];
const digits = (value: number): string => value.toFixed(value >= 10 ? 1 : value >= 0.1 ? 2 : 3);

/** Prints a subject's measurements, all in the one form. */
export function printLines(subject: string, lines: readonly Line[]): void {
  const load = loadavg()[0]!.toFixed(1);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node ${process.version}, load ${load}`;
  process.stdout.write(`\n### ${subject}\n\n${machine}\n\n`);
  printTable(
    heads,
    lines.map(({ what, connections = null, times, seconds = null, cpuMs = null, note = '' }) => [
      what,
      connections ?? '',
      seconds === null ? '' : (times.length / seconds).toFixed(0),
      cpuMs === null || times.length === 0 ? '' : digits(cpuMs / times.length),
      digits(percentile(times, 0.5)),
      times.length < 2 ? '' : digits(percentile(times, 0.99)),
      note,
    ]),
  );
}

/** The rate of one measurement beside its floor. */
export const shareOf = (floor: Line, { times, seconds }: Pick<Line, 'times' | 'seconds'>): string =>
  `${((100 * (times.length / (seconds ?? 1))) / (floor.times.length / (floor.seconds ?? 1))).toFixed(0)} % of the floor`;

/** Prints rows under their heads, as a Markdown table. */
function printTable(names: readonly string[], rows: readonly (string | number)[][]): void {
  const line = (cells: readonly (string | number)[]): void => {
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  };
  line(names);
  line(names.map(() => '---'));
  rows.forEach(line);
}
