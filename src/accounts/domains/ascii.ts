import { domainToASCII, domainToUnicode } from 'node:url';

const longestName = 253;
/** Letters, digits, hyphens (RFC 1123 §2.1), at most 63. */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The domain for people to read: U-labels. */
export const toUnicodeDomain = (domain: string): string => domainToUnicode(domain) || domain;

/** What names came to: a directory says the same few again and again, and each goes through IDNA three times. */
const remembered = new Map<string, string | null>();
const mostRemembered = 1_000;
const longestRemembered = 100;

/** A host name in A-labels, of one label or more; null for anything else. */
export function asciiName(input: string): string | null {
  const known = remembered.get(input);
  if (known !== undefined) return known;
  const name = computed(input);
  if (input.length <= longestRemembered) {
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(input, name);
  }
  return name;
}

function computed(input: string): string | null {
  // These would make a URL's host of something that is more, or less, than a name.
  if (input.length > longestName * 4 || /[\s%/\\@:?#*[\]\p{Cc}]/u.test(input)) return null;
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
