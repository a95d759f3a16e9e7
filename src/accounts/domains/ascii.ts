import { domainToASCII, domainToUnicode } from 'node:url';

const longestName = 253;
/** Letters, digits, hyphens (RFC 1123 §2.1), at most 63. */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The domain for people to read: U-labels. */
export const toUnicodeDomain = (domain: string): string => domainToUnicode(domain) || domain;

/** Names that were looked at lately: a directory's people have few domains between them, each read again and again. */
const known = new Map<string, string | null>();
const mostKnown = 1_000;

/** A host name in A-labels, of one label or more; null for anything else. */
export function asciiName(input: string): string | null {
  if (input.length > longestName * 4) return null;
  const found = known.get(input);
  if (found !== undefined) return found;
  const name = read(input);
  if (known.size >= mostKnown) known.clear();
  known.set(input, name);
  return name;
}

function read(input: string): string | null {
  // These would make a URL's host of something that is more, or less, than a name.
  if (/[\s%/\\@:?#*[\]\p{Cc}]/u.test(input)) return null;
  const name = domainToASCII(input).replace(/\.$/, '');
  const labels = name.split('.');
  if (name.length > longestName || !labels.every(isLabel) || /^\d+$/.test(labels.at(-1) ?? '')) return null;
  // Punycode that nobody could have encoded is let through by the URL rules, but decodes to nothing or another name.
  const unicode = domainToUnicode(name);
  const decoded = !unicode.split('.').some((part) => part.startsWith('xn--'));
  return decoded && domainToASCII(unicode) === name ? name : null;
}

/** RFC 5891 §4.2.3.1: hyphens in the third and fourth place are for A-labels alone. */
const isLabel = (text: string): boolean => label.test(text) && (text.slice(2, 4) !== '--' || text.startsWith('xn--'));
