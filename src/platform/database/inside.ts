import { AsyncLocalStorage } from 'node:async_hooks';
import type { News } from './database.ts';
import type { Writer } from './unit.ts';

/** A unit of work that runs now. */
export interface Inside {
  manager: Writer;
  /** False once the unit has ended: what it left running must not believe that it is still inside. */
  open: boolean;
  /** Whether its answer need not wait for the disk. */
  lazy: boolean;
  afterCommit: (() => void)[];
  told: News[];
  /** What it has to itself, and what it shares. */
  alone: Set<string>;
  beside: Set<string>;
}

/** Which unit of work the code that runs now belongs to; both engines' doors have one. */
export class Units {
  readonly #inside = new AsyncLocalStorage<Inside>();

  get current(): Inside | undefined {
    const store = this.#inside.getStore();
    return store?.open ? store : undefined;
  }

  /** @throws Error outside a unit of work */
  require(what: string): Inside {
    const inside = this.current;
    if (!inside) throw new Error(`${what} is called inside a unit of work only`);
    return inside;
  }

  /** Runs `unit` as the current one. */
  async run<T>(
    manager: Writer,
    unit: (m: Writer) => Promise<T>,
    held: Partial<Pick<Inside, 'alone' | 'beside' | 'lazy'>> = {},
  ): Promise<{ value: T; store: Inside }> {
    const store: Inside = {
      manager,
      open: true,
      lazy: false,
      afterCommit: [],
      told: [],
      alone: new Set(),
      beside: new Set(),
      ...held,
    };
    try {
      return { value: await this.#inside.run(store, () => unit(manager)), store };
    } finally {
      store.open = false;
    }
  }
}

/** What is committed is answered as committed, also when an effect breaks its promise not to throw. */
export function runEffects({ afterCommit }: Inside): void {
  for (const effect of afterCommit) {
    try {
      effect();
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }
}
