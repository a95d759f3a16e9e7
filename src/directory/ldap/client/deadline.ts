/** A time by which everything that is given its signal must have ended. */
export interface Deadline extends Disposable {
  signal: AbortSignal;
}

/** @param ms from now */
export function deadlineIn(ms: number): Deadline {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}

/**
 * Waits for one event of something that must not be waited for for ever.
 * @param begin starts it; what it returns undoes it, whatever comes of it
 * @param late the error after the deadline
 */
export function byDeadline<T>(
  signal: AbortSignal,
  late: () => Error,
  begin: (resolve: (value: T) => void, reject: (error: Error) => void) => (() => void) | void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      reject(late());
      return;
    }
    let undo: (() => void) | void;
    const settle = (): void => {
      signal.removeEventListener('abort', onAbort);
      undo?.();
    };
    const onAbort = (): void => {
      settle();
      reject(late());
    };
    signal.addEventListener('abort', onAbort, { once: true });
    undo = begin(
      (value) => {
        settle();
        resolve(value);
      },
      (error) => {
        settle();
        reject(error);
      },
    );
  });
}
