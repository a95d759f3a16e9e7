/** Elements of one message at most: each value becomes an object, however small it is. */
const mostElements = 500_000;
const deepest = 16;

/**
 * Looks at the shape of an LDAP message (BER, X.690 §8.1) before anything of it is made an object: every element lies
 * within its parent, and they are not too many. One pass over the headers, in no memory to speak of.
 * @throws Error for what is none
 */
export function requireSound(message: Buffer): void {
  const ends = [message.length];
  let at = 0;
  for (let count = 0; at < message.length; count++) {
    if (count > mostElements) throw new Error(`an LDAP message of more than ${mostElements} elements`);
    while (at === ends.at(-1)) ends.pop();
    const end = ends.at(-1)!;
    const { tag, body, length } = headerAt(message, at, end);
    if (body + length > end) throw new Error('an element of an LDAP message that goes beyond its parent');
    if ((tag & 0x20) === 0) {
      at = body + length;
      continue;
    }
    if (ends.push(body + length) > deepest) throw new Error('an LDAP message that is nested too deep');
    at = body;
  }
}

function headerAt(bytes: Buffer, at: number, end: number): { tag: number; body: number; length: number } {
  const tag = bytes[at]!;
  if ((tag & 0x1f) === 0x1f || at + 2 > end) throw new Error('an element of an LDAP message without a header');
  const short = bytes[at + 1]!;
  if (short < 0x80) return { tag, body: at + 2, length: short };
  const digits = short & 0x7f;
  if (digits === 0 || digits > 4 || at + 2 + digits > end)
    throw new Error('an element of an LDAP message of no length');
  return { tag, body: at + 2 + digits, length: bytes.readUIntBE(at + 2, digits) };
}
