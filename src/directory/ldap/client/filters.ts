import {
  AndFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  FilterParser,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
} from 'ldapts';

export type { Filter } from 'ldapts';

/**
 * Filters as objects: a value is written by its length, so nothing in it is ever syntax (RFC 4515 injection), and bytes
 * stay bytes.
 */
export const equals = (attribute: string, value: string | Buffer): Filter => new EqualityFilter({ attribute, value });
export const present = (attribute: string): Filter => new PresenceFilter({ attribute });
export const all = (...filters: Filter[]): Filter => new AndFilter({ filters });
export const any = (...filters: Filter[]): Filter => new OrFilter({ filters });
export const not = (filter: Filter): Filter => new NotFilter({ filter });
export const atLeast = (attribute: string, value: string): Filter => new GreaterThanEqualsFilter({ attribute, value });
export const atMost = (attribute: string, value: string): Filter => new LessThanEqualsFilter({ attribute, value });

/** All of these bits are set (LDAP_MATCHING_RULE_BIT_AND of Active Directory). */
export const hasBits = (attribute: string, bits: number): Filter =>
  new ExtensibleFilter({ matchType: attribute, rule: '1.2.840.113556.1.4.803', value: String(bits) });

/** The DN is reached by this attribute through any number of groups (LDAP_MATCHING_RULE_IN_CHAIN of Active Directory). */
export const inChain = (attribute: string, dn: string): Filter =>
  new ExtensibleFilter({ matchType: attribute, rule: '1.2.840.113556.1.4.1941', value: dn });

/**
 * A filter that an administrator wrote (RFC 4515). Never for a value that somebody typed: that is what `equals` is for.
 * @returns null for what is no filter, and for escaped bytes that are no ASCII: the parser would break them
 */
export function parseFilter(text: string): Filter | null {
  if (!text.startsWith('(') || text.length > 2_048 || /\p{Cc}/u.test(text) || /\\[89a-f][0-9a-f]/i.test(text))
    return null;
  try {
    return FilterParser.parseString(text);
  } catch {
    return null;
  }
}
