import assert from 'node:assert/strict';
import { CarillonError } from '../../../../src/platform/errors/errors.ts';

/** Asserts that `work` is refused with `code`, and that the text for the administrator names `words`. */
export function refused(code: string, work: () => unknown, words = ''): void {
  assert.throws(work, (error) => {
    assert.ok(error instanceof CarillonError, String(error));
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(words), error.message);
    assert.doesNotMatch(error.message, /\{\w+\}/);
    return true;
  });
}
