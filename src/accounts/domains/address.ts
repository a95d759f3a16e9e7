import { asciiName } from './ascii.ts';

const longestAddress = 320;
const longestLocalPart = 64;
/** Characters that need quotes, and those that no mailbox may have: spaces, control and invisible ones (UAX #44). */
const unquoted = /^[^\s"(),:;<>@[\\\]\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]+$/u;
const quoted = /^"((?:[^"\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}]|\\[\x20-\x7e])*)"$/u;

/**
 * The key by which an e-mail address is compared: local part in NFC and lower case, domain in A-labels
 * (RFC 5321 §4.1.2, RFC 6531). Quotes that are not needed go, as they do not make another mailbox (RFC 5321 §4.1.2).
 * @returns null for what is no address
 */
export function normaliseAddress(address: string): string | null {
  const parts = splitAddress(address);
  return parts && `${parts.local}@${parts.domain}`;
}

/** The normalised domain of an e-mail address, or null. */
export const domainOf = (address: string): string | null => splitAddress(address)?.domain ?? null;

interface Parts {
  local: string;
  domain: string;
}

/** An address is asked about many times on its way; so many of the last ones are remembered. */
const mostRemembered = 4_096;
const remembered = new Map<string, Parts | null>();

function splitAddress(input: string): Parts | null {
  if (input.length > longestAddress) return partsOf(input);
  const known = remembered.get(input);
  if (known !== undefined) return known;
  const parts = partsOf(input);
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(input, parts);
  return parts;
}

function partsOf(input: string): Parts | null {
  const address = input.trim();
  const at = address.lastIndexOf('@');
  if (at < 1 || address.length > longestAddress) return null;
  const local = localPart(address.slice(0, at));
  const domain = asciiName(address.slice(at + 1));
  if (local === null || domain === null || !domain.includes('.')) return null;
  return local.length + 1 + domain.length > longestAddress ? null : { local, domain };
}

function localPart(written: string): string | null {
  const inner = quoted.exec(written)?.[1]?.replaceAll(/\\(.)/g, '$1');
  const local = (inner ?? written).normalize('NFC').toLowerCase().normalize('NFC');
  if (local === '' || Buffer.byteLength(local) > longestLocalPart) return null;
  if (isDotAtom(local)) return local;
  return inner === undefined ? null : `"${local.replaceAll(/["\\]/g, '\\$&')}"`;
}

const isDotAtom = (local: string): boolean => local.split('.').every((atom) => unquoted.test(atom));
