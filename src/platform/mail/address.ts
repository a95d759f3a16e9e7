import { domainToASCII } from 'node:url';

const longest = 320;
/** A dot-atom (RFC 5322 §3.2.3, RFC 6532): no quotes, brackets or blanks, so nothing that a header or a command could take for more. */
const atom = /^[^\s"(),:;<>@[\\\]\p{C}]+$/u;

/**
 * The address as SMTP is given it, its domain in A-labels; null for whatever a header or SMTP could take for something
 * else. Narrower than RFC 5321: quoted local parts are no addresses here.
 */
export function mailboxOf(address: string): string | null {
  const at = address.lastIndexOf('@');
  if (at < 1 || address.length > longest) return null;
  const local = address.slice(0, at);
  const written = address.slice(at + 1);
  if (!local.split('.').every((each) => atom.test(each)) || !atom.test(written)) return null;
  const domain = domainToASCII(written);
  return /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(domain) ? `${local}@${domain}` : null;
}

/** `Name <address>`, or an address alone, as MAIL_FROM has it. @returns null when it is neither */
export function readSender(text: string): { name: string; address: string } | null {
  const [, name = '', inner] = /^([^<>"\p{C}]*)<([^<>]+)>$/u.exec(text.trim()) ?? [];
  const address = mailboxOf((inner ?? text).trim());
  return address === null ? null : { name: name.trim(), address };
}
