import { clock } from '../../../platform/clock/clock.ts';
import { hashToken } from '../../../platform/ids/ids.ts';
import { sameSecret } from '../../../platform/secrets/compare.ts';
import type { Ground } from '../../../trail/ground.ts';

/** Who does not sign in by then is counted among all the others again. */
const noteMs = 600_000;

/** Whose password was set by a mailed link, and in which browser. */
interface Reset {
  addressKey: string;
  /** The browser's own random value. */
  browser: string;
}

/**
 * What the form for the new password carries: that whoever sends it reads the mail of that address. A reset makes every
 * browser unknown, so without it others who guess would use up the owner's attempts. It opens nothing, and stands for no
 * known browser where codes are counted.
 */
export function resetNote(ground: Pick<Ground, 'seal'>, reset: Reset): string {
  const until = clock.now() + noteMs;
  return `${until}.${markOf(ground, reset, until)}`;
}

/** Whether this note is good: for this address, in this browser, and for ten minutes. */
export function isResetNote(ground: Pick<Ground, 'seal'>, reset: Reset, note: string): boolean {
  const [, until = '', mark = ''] = /^(\d{1,16})\.([\w-]{1,128})$/.exec(note) ?? [];
  return Number(until) > clock.now() && sameSecret(mark, markOf(ground, reset, Number(until)));
}

const markOf = ({ seal }: Pick<Ground, 'seal'>, { addressKey, browser }: Reset, until: number): string =>
  seal.mark(JSON.stringify([addressKey, hashToken(browser), until]), 'password reset');
