import { parse } from 'tldts';
import { asciiName, toUnicodeDomain } from './ascii.ts';
import { domainError } from './errors.ts';

export { domainOf, normaliseAddress } from './address.ts';
export { toUnicodeDomain };

/**
 * Names that mean something to a machine or a local network and never belong to anyone (RFC 6761, 6762, 7686, 8375,
 * 9476 and ICANN's `internal`). `test` and `example` stay: no public DNS can verify them, and guides and demos need them.
 */
const specialUse = ['localhost', 'local', 'localdomain', 'internal', 'invalid', 'onion', 'alt', 'arpa'];

/**
 * Gives the one spelling of a domain that somebody claims: A-labels (RFC 5891), lower case, no trailing dot.
 * A subdomain stays what it is; it is claimed on its own.
 * @throws CarillonError domain.invalid, domain.specialUse, domain.publicSuffix (field `domain`)
 */
export function normaliseDomain(input: string): string {
  const name = asciiName(input.trim());
  const field = 'domain';
  if (name !== null && specialUse.includes(name.slice(name.lastIndexOf('.') + 1))) {
    throw domainError('domain.specialUse', { field, values: { domain: toUnicodeDomain(name) } });
  }
  // A suffix of one label is a suffix first, so that `com` gets the better explanation.
  if (name !== null && isPublicSuffix(name)) {
    throw domainError('domain.publicSuffix', { field, values: { domain: toUnicodeDomain(name) } });
  }
  if (name === null || !name.includes('.')) throw domainError('domain.invalid', { field });
  return name;
}

/** Whether others register names right under this one (the Public Suffix List, private part included). */
function isPublicSuffix(name: string): boolean {
  const { publicSuffix, isIcann, isPrivate } = parse(name, { allowPrivateDomains: true });
  return publicSuffix === name && Boolean(isIcann || isPrivate);
}
