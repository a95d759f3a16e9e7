import type { Log } from '../log/log.ts';

export interface Job {
  name: string;
  seconds: number;
  work: () => Promise<void>;
}

/** Work that comes again: each job waits for itself, none for another; a failure is logged, and tried at its next turn. */
export class Jobs {
  readonly #log: Log;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  readonly #ends: () => Promise<void>;
  #stopped = false;

  /** @param ends what the jobs have begun and do not wait for themselves */
  constructor(log: Log, jobs: readonly Job[], ends: () => Promise<void> = async () => undefined) {
    this.#log = log;
    this.#ends = ends;
    for (const job of jobs) this.#after(job);
  }

  /** Begins nothing new, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#running);
    await this.#ends();
  }

  #after(job: Job): void {
    if (this.#stopped) return;
    this.#timers.set(
      job.name,
      setTimeout(() => {
        const run = this.#run(job);
        this.#running.add(run);
        void run.then(() => this.#running.delete(run));
      }, job.seconds * 1000),
    );
  }

  async #run(job: Job): Promise<void> {
    try {
      await job.work();
    } catch (error) {
      this.#log.error({ error, job: job.name }, 'job failed');
    }
    this.#after(job);
  }
}
