import { headerAt } from './elements.ts';
import { Entry } from './entry.ts';

/** An entry of a search, and to which request it is an answer. */
export interface AnsweredEntry {
  id: number;
  entry: Entry;
}

const searchEntry = 0x64;

/**
 * Reads a message that `requireSound` has looked at, if it is an entry of a search (RFC 4511 §4.5.2). The library would
 * make text of every value at once, and for those that are none, as ids are, that takes twenty times as long: one small
 * message could keep the process busy for seconds.
 * @returns null for any other message
 */
export function readEntry(message: Buffer): AnsweredEntry | null {
  const whole = headerAt(message, 0, message.length);
  const id = headerAt(message, whole.body, message.length);
  const operation = headerAt(message, id.body + id.length, message.length);
  if (operation.tag !== searchEntry) return null;
  if (id.length < 1 || id.length > 4) throw new Error('an LDAP message without a number');
  const dn = headerAt(message, operation.body, message.length);
  const attributes = headerAt(message, dn.body + dn.length, message.length);
  const found: [string, Buffer[]][] = [];
  const end = attributes.body + attributes.length;
  for (let at = attributes.body; at < end;) {
    const attribute = headerAt(message, at, end);
    const type = headerAt(message, attribute.body, end);
    const set = headerAt(message, type.body + type.length, end);
    found.push([message.toString('utf8', type.body, type.body + type.length), valuesIn(message, set)]);
    at = attribute.body + attribute.length;
  }
  const name = message.toString('utf8', dn.body, dn.body + dn.length);
  return { id: message.readIntBE(id.body, id.length), entry: new Entry(name, found) };
}

function valuesIn(message: Buffer, { body, length }: { body: number; length: number }): Buffer[] {
  const values: Buffer[] = [];
  for (let at = body; at < body + length;) {
    const value = headerAt(message, at, body + length);
    at = value.body + value.length;
    values.push(message.subarray(value.body, at));
  }
  return values;
}
