import ipaddr from 'ipaddr.js';

/** IPv6 that is routed on the internet (RFC 4291 §2.4, IANA); it leaves out IPv4-compatible ::/96, which has no name. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
/** The prefix by which an IPv6-only network reaches IPv4 (RFC 6052 §2.1). */
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * Whether an address is public unicast: one that anybody on the internet could be asked to call.
 * Addresses that carry an IPv4 address inside (mapped, 6to4, Teredo) are refused, except behind the NAT64 prefix,
 * where the address inside is judged.
 * @param address an IPv4 or IPv6 address without brackets
 * @returns false as well for what is no address
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address).range() === 'unicast';
  if (!ipaddr.IPv6.isValid(address)) return false;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.match(nat64)) {
    return new ipaddr.IPv4(parsed.toByteArray().slice(12)).range() === 'unicast';
  }
  return parsed.match(globalUnicast) && parsed.range() === 'unicast';
}
