import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const blind = randomBytes(32);
const digest = (text: string): Buffer => createHmac('sha256', blind).update(text).digest();

/** Compares two strings in a time that tells nothing of where they differ, nor of how long the expected one is. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}
