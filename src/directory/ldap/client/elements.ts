/** Elements of one message at most: each value becomes an object, however small it is. */
const mostElements = 500_000;
const deepest = 16;

/**
 * Where an element stands in a message, as far as the library walks into it without asking what it is. What it takes for a
 * sequence must be one, and have what it looks for: else it reads lengths that nobody has looked at, and never ends.
 */
type Place = 'message' | 'answer' | 'entry' | 'attributes' | 'attribute' | 'values' | 'controls' | 'control' | 'other';

interface Shape {
  /** The tags of the elements, in their order, and what is inside of each. */
  elements: readonly Partial<Record<number, Place>>[];
  /** How many there are at least; at most as many as `elements`, or any number of the last of them. */
  least: number;
  many?: true;
}

const shapes: Record<Exclude<Place, 'answer' | 'other'>, Shape> = {
  message: { elements: [{ 0x02: 'other' }, { 0x64: 'entry' }, { 0xa0: 'controls' }], least: 2 },
  entry: { elements: [{ 0x04: 'other' }, { 0x30: 'attributes' }], least: 2 },
  attributes: { elements: [{ 0x30: 'attribute' }], least: 0, many: true },
  attribute: { elements: [{ 0x04: 'other' }, { 0x31: 'values' }], least: 2 },
  values: { elements: [{ 0x04: 'other' }], least: 0, many: true },
  controls: { elements: [{ 0x30: 'control' }], least: 0, many: true },
  control: { elements: [{ 0x04: 'other' }, { 0x01: 'other', 0x04: 'other' }, { 0x04: 'other' }], least: 1 },
};

interface Parent {
  place: Place;
  end: number;
  children: number;
  /** The tag of the last of them. */
  last: number;
}

/**
 * Looks at the shape of an LDAP message (BER, X.690 §8.1; RFC 4511 §4.1.1, §4.1.11, §4.5.2) before anything of it is made
 * an object: every element lies within its parent and is one that may stand there, and they are not too many. One pass
 * over the headers, in no memory to speak of.
 * @throws Error for what is none
 */
export function requireSound(message: Buffer): void {
  const { body } = headerAt(message, 0, message.length);
  const parents: Parent[] = [{ place: 'message', end: message.length, children: 0, last: 0 }];
  for (let at = body, count = 0; ; count++) {
    while (parents.length > 0 && at === parents.at(-1)!.end) requireEnough(parents.pop()!);
    const parent = parents.at(-1);
    if (!parent) return;
    if (count > mostElements) throw new Error(`an LDAP message of more than ${mostElements} elements`);
    const { tag, body: inside, length } = headerAt(message, at, parent.end);
    if (inside + length > parent.end) throw new Error('an element of an LDAP message that goes beyond its parent');
    const place = placeIn(parent, tag);
    parent.children++;
    parent.last = tag;
    at = inside;
    if ((tag & 0x20) === 0) at += length;
    else if (parents.push({ place, end: inside + length, children: 0, last: 0 }) > deepest)
      throw new Error('an LDAP message that is nested too deep');
  }
}

/** What is inside of the next element of a place. @throws Error for one that may not stand there */
function placeIn({ place, children, last }: Parent, tag: number): Place {
  if (place === 'other') return 'other';
  // Every other answer than an entry: its elements are asked for by their tags. Controls would be found here too.
  if (place === 'answer') return tag === 0xa0 ? 'controls' : 'other';
  const { elements, many } = shapes[place];
  const found = elements[many ? 0 : children]?.[tag];
  const isSecondValue = place === 'control' && children === 2 && last === 0x04;
  if (found && !isSecondValue) return found;
  if (place === 'message' && children === 1 && (tag & 0x20) !== 0) return 'answer';
  throw new Error(`an element 0x${tag.toString(16)} where an LDAP message (${place}) has none`);
}

function requireEnough({ place, children }: Parent): void {
  if (place !== 'answer' && place !== 'other' && children < shapes[place].least)
    throw new Error(`an LDAP message (${place}) of ${children} elements`);
}

/** The tag, the place and the length of the element there. @throws Error for none before `end` */
export function headerAt(bytes: Buffer, at: number, end: number): { tag: number; body: number; length: number } {
  const tag = bytes[at]!;
  if ((tag & 0x1f) === 0x1f || at + 2 > end) throw new Error('an element of an LDAP message without a header');
  const short = bytes[at + 1]!;
  if (short < 0x80) return { tag, body: at + 2, length: short };
  const digits = short & 0x7f;
  if (digits === 0 || digits > 4 || at + 2 + digits > end)
    throw new Error('an element of an LDAP message of no length');
  return { tag, body: at + 2 + digits, length: bytes.readUIntBE(at + 2, digits) };
}
