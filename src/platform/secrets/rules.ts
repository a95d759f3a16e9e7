import { secretsError } from './errors.ts';

export const minimumLength = 12;
const maximumLength = 256;
/** What must remain of a password after everything guessable is taken away. */
const minimumRest = 6;

/** Parts that guessing starts with; they count for nothing, alone or joined. */
const commonParts = `
  password passwort passphrase passcode pass secret welcome letmein changeme default administrator admin superuser
  root login access master guest test temp user iloveyou trustno monkey dragon football baseball basketball soccer
  sunshine princess superman batman starwars pokemon shadow michael jordan charlie computer internet whatever
  freedom summer winter spring autumn january february october november december monday friday
  correcthorsebatterystaple thisismypassword carillon company hello
`
  .trim()
  .split(/\s+/);

/** Neighbours on the keyboard, and the two orders that everybody knows. */
const rows = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'qwertzuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
];
const columns = ['1qaz2wsx3edc4rfv5tgb6yhn7ujm', '1q2w3e4r5t6y7u8i9o0p', 'azertyuiop', 'qsdfghjklm'];
const sequences = [...rows, ...columns].flatMap((row) => [row, Array.from(row).toReversed().join('')]);
const shortestRun = 4;

const lookalikes: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  $: 's',
  '@': 'a',
  '!': 'i',
};

/** The form that is counted and hashed: the same keys on any device give the same text (NFKC). */
export const normalisePassword = (password: string): string => password.toWellFormed().normalize('NFKC');

/** In code points: an emoji of one code point is one character. */
const lengthOf = (text: string): number => Array.from(text).length;

/** Looks at the raw length first, so that nothing huge is normalised. */
export const isTooLong = (password: string): boolean =>
  password.length > maximumLength * 4 || lengthOf(normalisePassword(password)) > maximumLength;

/**
 * Checks a password that somebody chooses (NIST SP 800-63B-4 §3.1.1.2): length and guessability, no composition rules.
 * @param about what is known of the person and so guessed first: names, addresses
 * @throws CarillonError password.tooShort, password.tooLong, password.tooCommon
 */
export function checkPassword(password: string, about: readonly string[] = []): void {
  const field = 'password';
  if (isTooLong(password)) throw secretsError('password.tooLong', { field, values: { maximum: maximumLength } });
  const text = normalisePassword(password);
  if (lengthOf(text) < minimumLength) {
    throw secretsError('password.tooShort', { field, values: { minimum: minimumLength } });
  }
  if (isGuessable(text.toLowerCase(), about)) throw secretsError('password.tooCommon', { field });
}

function isGuessable(text: string, about: readonly string[]): boolean {
  const own = about.flatMap((name) =>
    normalisePassword(name)
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u),
  );
  // The longest first, so that no short one spoils a longer one.
  const parts = [...own.filter((part) => part.length >= 3), ...commonParts].sort((a, b) => b.length - a.length);
  const withoutRuns = dropSequences(text);
  const plain = Array.from(withoutRuns, (char) => lookalikes[char] ?? char).join('');
  return [withoutRuns, plain].some((variant) => restOf(dropParts(variant, parts)) < minimumRest);
}

/** Takes away runs of four and more along a known sequence. */
function dropSequences(text: string): string {
  let rest = '';
  for (let start = 0; start < text.length;) {
    let length = shortestRun;
    while (start + length <= text.length && isRun(text.slice(start, start + length))) length += 1;
    const run = length - 1;
    if (run < shortestRun) rest += text[start];
    start += run < shortestRun ? 1 : run;
  }
  return rest;
}

const isRun = (part: string): boolean => sequences.some((sequence) => sequence.includes(part));

const dropParts = (text: string, parts: readonly string[]): string =>
  parts.reduce((rest, part) => rest.replaceAll(part, ''), text);

/** How many characters are left, a repeated one or a repeated group counted once. */
function restOf(text: string): number {
  return lengthOf(text.replaceAll(/(.{1,8}?)\1+/gsu, '$1'));
}
