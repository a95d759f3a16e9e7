import { CarillonError } from '../../platform/errors/errors.ts';
import { redactText } from '../../platform/log/redact.ts';

export type State = 'ok' | 'warn' | 'fail' | 'skipped';

/** What a check found. */
export interface Finding {
  state: State;
  /** What is so. */
  found: string;
  /** What to do about it; none when all is well. */
  mend?: string;
}

/** A finding with the name of the check that made it: stable, for scripts. */
export interface Named extends Finding {
  check: string;
}

export const ok = (found: string): Finding => ({ state: 'ok', found });
export const warn = (found: string, mend: string): Finding => ({ state: 'warn', found, mend });
export const fail = (found: string, mend: string): Finding => ({ state: 'fail', found, mend });
export const skipped = (found: string): Finding => ({ state: 'skipped', found });

/** Runs one check by itself: whatever goes wrong in it is a finding, and keeps no other from its turn. */
export async function isolated(check: string, look: () => Finding[] | Promise<Finding[]>): Promise<Named[]> {
  try {
    return (await look()).map((finding) => ({ check, ...finding }));
  } catch (error) {
    const found = `This could not be looked at: ${reasonOf(error)}.`;
    return [{ check, ...fail(found, 'Mend what the other lines say first, then call the doctor again.') }];
  }
}

/** An error in a few words, without what may be secret in it. */
export function reasonOf(error: unknown): string {
  if (error instanceof CarillonError) return error.message.replace(/\.$/, '');
  const { code, message } = error as { code?: unknown; message?: unknown };
  const text = redactText(String(message || code || error)).split('\n', 1)[0] ?? '';
  return text.slice(0, 200).replace(/\.$/, '');
}

/** `3 domains`, `1 domain`, with at most a few of their names. */
export function named(of: readonly string[], most = 5): string {
  return `${of.slice(0, most).join(', ')}${of.length > most ? `, and ${of.length - most} more` : ''}`;
}
