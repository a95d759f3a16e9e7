export interface BoundedQueue {
  /**
   * Runs a task, first come, first served.
   * @throws what `refuse` makes when too many wait already
   */
  run<T>(task: () => Promise<T>): Promise<T>;
}

interface QueueOptions {
  concurrency: number;
  maxWaiting: number;
  refuse: () => Error;
}

/** Lets a few tasks run at a time and a bounded number wait. */
export function boundedQueue({ concurrency, maxWaiting, refuse }: QueueOptions): BoundedQueue {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(task) {
      if (running < concurrency) running += 1;
      else if (waiting.length >= maxWaiting) throw refuse();
      // The one who finishes hands over the place, so a newcomer cannot slip in between.
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}
