import assert from 'node:assert/strict';
import { printable } from '../../src/cli/printable.ts';

describe('a line for a terminal', () => {
  it('has nothing in it that moves the cursor, hides or turns what is read', () => {
    for (const sly of ['\u{1b}', '\r', '\u{9b}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{ad}', '\u{2028}'])
      assert.equal(printable(`a${sly}b`), 'a\u{fffd}b', JSON.stringify(sly));
    assert.equal(printable('tag\u{e0041}'), 'tag\u{fffd}');
  });

  it('keeps the names of people as they are', () => {
    for (const name of ['Zoë Müller-O’Hara', '李小龍', 'نجيب محفوظ', 'José 🎻']) assert.equal(printable(name), name);
  });
});
