import { writeSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's dots, then one line that tools can read: `N passed, N failed, N skipped`. */
export default class ClosingLine extends Mocha.reporters.Dot {
  #skipped = 0;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on('pending', () => {
      this.#skipped++;
    });
  }

  /** After the global teardown, so that nothing follows the line; synchronous, as --exit does not wait. */
  override done(failures: number, fn?: (failures: number) => void): void {
    writeSync(1, `\n${this.stats.passes} passed, ${this.stats.failures} failed, ${this.#skipped} skipped\n`);
    fn?.(failures);
  }
}
