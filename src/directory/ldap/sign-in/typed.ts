import { normaliseAddress } from '../../../accounts/domains/name.ts';

/** What somebody typed as their name: trimmed, and as an address if it is one. */
export interface Typed {
  name: string;
  /** Normalised; null for a name that is no address. */
  address: string | null;
}

/** As much of a name, and of a password, as is looked at. */
const longestName = 320;
const longestPassword = 1_024;

/**
 * Reads a name that somebody typed. What no directory may be asked is none: nothing, and control characters, at which
 * servers cut (Samba finds `alice@example.test\0…` as alice).
 */
export function readName(input: string): Typed | null {
  const name = input.trim().normalize('NFC');
  if (name === '' || name.length > longestName || /\p{Cc}/u.test(name)) return null;
  return { name, address: normaliseAddress(name) };
}

/** Whether a password may be sent at all: an empty one would be an anonymous bind (RFC 4513 §5.1.2). */
export const isSendable = (password: string): boolean =>
  password !== '' && password.length <= longestPassword && !/\p{Cc}/u.test(password);
