import { clock } from '../../platform/clock/clock.ts';
import { hashToken } from '../../platform/ids/ids.ts';
import { sameSecret } from '../../platform/secrets/compare.ts';
import type { Ground } from '../../trail/ground.ts';

/** Who does not choose a password by then types the present one again. */
const noteMs = 600_000;

/** Of whom a directory has wanted another password, in which browser. */
interface Wanted {
  directoryId: string;
  /** As it was typed. */
  name: string;
  /** The browser's own random value. */
  browser: string;
}

/**
 * What the form for another password carries: that the directory has just taken the present one and wants another. Without
 * it a password that somebody else knows could be changed at any time, before a second factor is asked for.
 */
export function newPasswordNote(ground: Pick<Ground, 'seal'>, wanted: Wanted): string {
  const until = clock.now() + noteMs;
  return `${until}.${markOf(ground, wanted, until)}`;
}

/** Whether this note is good: for this person at this directory, in this browser, and for ten minutes. */
export function isNewPasswordNote(ground: Pick<Ground, 'seal'>, wanted: Wanted, note: string): boolean {
  const [, until = '', mark = ''] = /^(\d{1,16})\.([\w-]{1,128})$/.exec(note) ?? [];
  return Number(until) > clock.now() && sameSecret(mark, markOf(ground, wanted, Number(until)));
}

const markOf = ({ seal }: Pick<Ground, 'seal'>, { directoryId, name, browser }: Wanted, until: number): string =>
  seal.mark(JSON.stringify([directoryId, name, hashToken(browser), until]), 'new password');
