/** Text in the order of its bytes in UTF-8, as both engines have it; JavaScript's own is that of UTF-16. */
export function byBytes(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
