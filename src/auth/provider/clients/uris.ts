import { clientErrors } from './errors.ts';
import type { ClientKind } from './kinds.ts';

export const mostUris = 20;
const longestUri = 1_024;

/** The loopback addresses that RFC 8252 §7.3 means; `localhost` may lead elsewhere (§8.3). */
const loopbackHosts = new Set(['127.0.0.1', '[::1]']);
/** A private-use scheme is the reverse of a domain name (RFC 8252 §7.1). */
const privateScheme = /^[a-z][a-z0-9]*(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+:$/;
/** Escapes that some other program may undo into what has a meaning: controls, `%`, `.`, `/`, `\`, `#`, `?`, `@`, `*`. */
const trickyEscape = /%(?:[01][0-9a-f]|7f|25|2e|2f|5c|23|3f|40|2a)/i;

/** Why an address of the browser cannot be registered; null when it can. */
export function faultOfUri(
  kind: ClientKind,
  uri: string,
  isListed: (url: string) => boolean = () => false,
): string | null {
  if (uri.length > longestUri) return `it is longer than ${longestUri} characters`;
  if (!/^[\x21-\x7e]+$/.test(uri)) return 'it has a space, or a character that is not ASCII';
  if (/["<>\\^`{|}*]/.test(uri)) return 'it has a character that addresses do not have, or a wildcard';
  if (uri.includes('#')) return 'it has a fragment';
  if (trickyEscape.test(uri) || /%(?![0-9a-f]{2})/i.test(uri)) return 'it hides a character behind a percent escape';
  const url = URL.parse(uri);
  if (!url) return 'it is no absolute address';
  // What the URL standard would write otherwise (dot segments, capitals, a default port) could be matched in two ways.
  if (url.href !== uri && url.href !== `${uri}/`) return `it must be written as ${url.href.slice(0, 200)}`;
  if (url.username || url.password || /^[a-z]+:\/\/[^/?]*@/.test(uri)) return 'it has user information';
  if (/(^|\/)\.\.?($|[/?])/.test(uri.slice(url.protocol.length))) return 'it has a dot segment';
  if (url.hostname.endsWith('.')) return 'its host ends with a dot';
  if (url.protocol === 'https:') return kind === 'native' && isLoopback(url) ? 'a loopback address uses http' : null;
  if (url.protocol === 'http:') return faultOfHttp(kind, url, isListed);
  if (kind !== 'native') return 'it must start with https://';
  if (!privateScheme.test(url.protocol)) return 'its scheme is not the reverse of a domain name, as com.example.app';
  return /^[^:]+:\/[^/]/.test(uri) ? null : 'a private-use scheme is followed by one slash and a path';
}

const isLoopback = (url: URL): boolean => loopbackHosts.has(url.hostname) || url.hostname === 'localhost';

function faultOfHttp(kind: ClientKind, url: URL, isListed: (url: string) => boolean): string | null {
  if (kind === 'native') {
    return loopbackHosts.has(url.hostname) ? null : 'http is for http://127.0.0.1 and http://[::1] alone';
  }
  // On the operator's own machine, and by their word: for trials, where nobody has a certificate.
  return isLoopback(url) && isListed(url.href) ? null : 'it must start with https://';
}

/**
 * Judges the addresses to which a browser may be sent (OpenID Connect Registration §2, RFC 8252, RFC 9700 §4.1). What
 * is registered is compared character by character; only the port of a native client's loopback address is free.
 * @throws client.tooManyUris, client.redirectInvalid, both naming `field`
 */
export function checkUris(
  kind: ClientKind,
  uris: readonly string[],
  field: string,
  isListed: (url: string) => boolean,
): string[] {
  if (uris.length > mostUris) throw clientErrors('client.tooManyUris', { field, values: { limit: mostUris } });
  for (const uri of uris) {
    const reason = faultOfUri(kind, uri, isListed);
    if (reason) throw clientErrors('client.redirectInvalid', { field, values: { uri: uri.slice(0, 100), reason } });
  }
  return [...new Set(uris)];
}

/**
 * Judges the address that logout tokens are sent to: https, or a host that the operator has listed. Whether it leads to
 * a public server is the outbound agent's to judge.
 * @throws client.redirectInvalid
 */
export function checkBackchannelUri(uri: string, isListed: (url: string) => boolean): void {
  const listed = uri.startsWith('http:') && URL.canParse(uri) && isListed(uri);
  const reason = faultOfUri('web', listed ? uri.replace('http:', 'https:') : uri);
  if (!reason) return;
  const values = { uri: uri.slice(0, 100), reason };
  throw clientErrors('client.redirectInvalid', { field: 'backchannelLogoutUri', values });
}
