/** A larger message is not an answer to anything that is asked here. */
const maxBytes = 32 * 1024 * 1024;

/** Cuts a stream of bytes into LDAP messages (BER SEQUENCEs of definite length, RFC 4511 §5.1), copying each byte once. */
export class Frames {
  #parts: Buffer[] = [];
  #size = 0;

  /** @returns the messages that are complete now @throws Error for what is no LDAP */
  push(chunk: Buffer): Buffer[] {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    const whole: Buffer[] = [];
    for (;;) {
      const length = this.#lengthOfFirst();
      if (length === null || this.#size < length) return whole;
      const bytes = this.#joined();
      whole.push(bytes.subarray(0, length));
      const rest = bytes.subarray(length);
      this.#parts = rest.length > 0 ? [rest] : [];
      this.#size = rest.length;
    }
  }

  /** The header is in the first six bytes; null while they are not all there. */
  #lengthOfFirst(): number | null {
    if (this.#size < 2) return null;
    const first = this.#parts[0]!;
    const head = first.length >= 6 || this.#parts.length === 1 ? first : this.#joined();
    if (head[0] !== 0x30) throw new Error('not an LDAP message');
    const short = head[1]!;
    if (short < 0x80) return 2 + short;
    const digits = short & 0x7f;
    if (digits === 0 || digits > 4) throw new Error('an LDAP message of no length');
    if (head.length < 2 + digits) return null;
    const length = 2 + digits + head.readUIntBE(2, digits);
    if (length > maxBytes) throw new Error(`an LDAP message of ${length} bytes`);
    return length;
  }

  #joined(): Buffer {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    this.#parts = [bytes];
    return bytes;
  }
}
