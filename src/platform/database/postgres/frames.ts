/** A value as it goes to the server: as text, or as bytes. */
export type Parameter = string | Buffer | null;

/** Enough for what a unit says at once; after a larger message it is this much again. */
const usual = 64 * 1024;
/** A character of a text becomes at most so many bytes. */
const widest = 3;

const code = { parse: 0x50, bind: 0x42, describe: 0x44, execute: 0x45, sync: 0x53 };

/**
 * Messages to the server, one behind the other in one piece of memory (PostgreSQL, "Message Formats"): the driver makes
 * a piece of memory for each, and hands the socket dozens at once, which takes longer than to write them.
 */
class Frames {
  #bytes = Buffer.allocUnsafeSlow(usual);
  #end = 0;

  parse(name: string, text: string): void {
    const began = this.#begin(code.parse);
    this.#cString(name);
    this.#cString(text);
    this.#int16(0); // types of parameters: as the statement tells
    this.#finish(began);
  }

  /** Everything as text, but bytes. */
  bind(name: string, values: readonly Parameter[]): void {
    const began = this.#begin(code.bind);
    this.#cString(''); // the portal
    this.#cString(name);
    this.#formats(values);
    this.#int16(values.length);
    for (const value of values) this.#value(value);
    this.#int16(0); // answers: as text
    this.#finish(began);
  }

  describe(): void {
    const began = this.#begin(code.describe);
    this.#byte(0x50);
    this.#cString('');
    this.#finish(began);
  }

  execute(): void {
    const began = this.#begin(code.execute);
    this.#cString('');
    this.#int32(0); // all rows
    this.#finish(began);
  }

  sync(): void {
    this.#finish(this.#begin(code.sync));
  }

  /** What was put here, to be sent; from now on there is nothing. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#end));
    this.drop();
    return taken;
  }

  drop(): void {
    this.#end = 0;
    if (this.#bytes.length > usual) this.#bytes = Buffer.allocUnsafeSlow(usual);
  }

  #formats(values: readonly Parameter[]): void {
    if (!values.some((value) => typeof value === 'object' && value !== null)) {
      this.#int16(0);
      return;
    }
    this.#int16(values.length);
    for (const value of values) this.#int16(typeof value === 'object' && value !== null ? 1 : 0);
  }

  #value(value: Parameter): void {
    if (value === null) this.#int32(-1);
    else if (typeof value === 'string') {
      const at = this.#end;
      this.#room(4 + value.length * widest);
      const length = this.#bytes.write(value, at + 4);
      this.#bytes.writeInt32BE(length, at);
      this.#end = at + 4 + length;
    } else {
      this.#int32(value.length);
      this.#room(value.length);
      this.#end += value.copy(this.#bytes, this.#end);
    }
  }

  #begin(type: number): number {
    this.#byte(type);
    this.#room(4);
    this.#end += 4;
    return this.#end - 4;
  }

  /** The length of a message counts itself. */
  #finish(began: number): void {
    this.#bytes.writeInt32BE(this.#end - began, began);
  }

  #cString(text: string): void {
    this.#room(text.length * widest + 1);
    if (text !== '') this.#end += this.#bytes.write(text, this.#end);
    this.#bytes[this.#end++] = 0;
  }

  #byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#end++] = value;
  }

  #int16(value: number): void {
    this.#room(2);
    this.#bytes[this.#end++] = value >>> 8;
    this.#bytes[this.#end++] = value;
  }

  #int32(value: number): void {
    this.#room(4);
    this.#end = this.#bytes.writeInt32BE(value, this.#end);
  }

  #room(more: number): void {
    const wanted = this.#end + more;
    if (wanted <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** Whoever sends puts everything here and takes it within one turn. */
export const frames = new Frames();
