import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

/** What a load gives back: for each kind of operation the milliseconds that each took, and how long the run was. */
export interface Measured {
  times: Record<string, number[]>;
  seconds: number;
}

type Answer = { measured: Measured } | { error: string };

/** A load in a process of its own, so that the processor time of this one is that of what is measured. */
export class Driver {
  readonly #child: ChildProcess;
  readonly #told = new Map<string, unknown>();

  constructor(script: string) {
    this.#child = fork(new URL(script, import.meta.url), { execArgv: [] });
    this.#child.on('message', (message: object) => {
      for (const [name, value] of Object.entries(message)) this.#told.set(name, value);
    });
  }

  /** What the load says of itself under that name. */
  async told<T>(name: string): Promise<T> {
    while (!this.#told.has(name)) await once(this.#child, 'message');
    return this.#told.get(name) as T;
  }

  /** @returns what the load measured, and the milliseconds of processor time that this process took meanwhile */
  async run(load: object): Promise<Measured & { cpuMs: number }> {
    const before = process.cpuUsage();
    const measured = await new Promise<Measured>((resolve, reject) => {
      const gone = (): void => reject(new Error('the load ended early'));
      this.#child.once('exit', gone);
      this.#child.once('message', (answer: Answer) => {
        this.#child.off('exit', gone);
        if ('measured' in answer) resolve(answer.measured);
        else reject(new Error(answer.error));
      });
      this.#child.send(load);
    });
    const { user, system } = process.cpuUsage(before);
    return { ...measured, cpuMs: (user + system) / 1000 };
  }

  end(): void {
    this.#child.kill();
  }
}

/** One run of a load. */
export async function drive(script: string, load: object): Promise<Measured & { cpuMs: number }> {
  const driver = new Driver(script);
  try {
    return await driver.run(load);
  } finally {
    driver.end();
  }
}

/** In the load's process: does what the parent asks for, and tells it what came of it. */
export function onDemand(run: (load: never) => Promise<Measured>): void {
  process.on('message', (load) => {
    run(load as never).then(
      (measured) => process.send?.({ measured } satisfies Answer),
      (error: unknown) => process.send?.({ error: String(error) } satisfies Answer),
    );
  });
}

/**
 * Does `one` again and again on so many connections at once, until the time is over.
 * @param rate how often a second all connections together begin; without it each begins as soon as it has ended
 * @param one is told by how many milliseconds it begins too late, since its connection was not free
 */
export async function repeat(
  connections: number,
  seconds: number,
  one: (connection: number, i: number, late: number) => Promise<void>,
  rate?: number,
): Promise<number> {
  const began = performance.now();
  const until = began + seconds * 1000;
  const connection = async (number: number): Promise<void> => {
    for (let i = 0; performance.now() < until; i++) {
      const due = rate === undefined ? 0 : began + ((i * connections + number) * 1000) / rate;
      if (due > performance.now()) await pause(due - performance.now());
      await one(number, i, rate === undefined ? 0 : performance.now() - due);
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, number) => connection(number)));
  return (performance.now() - began) / 1000;
}

/** Notes how long a piece of work takes, and has waited before. */
export async function timed<T>(into: number[], work: Promise<T>, waited = 0): Promise<T> {
  const from = performance.now() - waited;
  const result = await work;
  into.push(performance.now() - from);
  return result;
}
