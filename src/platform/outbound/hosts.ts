import { isIPv6 } from 'node:net';

export interface HostList {
  /** Whether this host is listed, with this port or with every port. */
  has(hostname: string, port: number): boolean;
}

/** A host as URLs normalise it, without the brackets of IPv6. */
export const bareHost = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

/**
 * Reads the operator's list of hosts that may be private.
 * @param entries `host` (every port) or `host:port`; IPv6 as `::1`, `[::1]` or `[::1]:8080`
 * @throws Error for an entry that is no host
 */
export function hostList(entries: readonly string[]): HostList {
  const known = new Set(entries.map(readEntry));
  return { has: (hostname, port) => known.has(`${hostname} *`) || known.has(`${hostname} ${port}`) };
}

function readEntry(entry: string): string {
  const authority = isIPv6(entry) ? `[${entry}]` : entry;
  const port = /^(?:\[[^\]]*\]|[^:]*):(\d+)$/.exec(authority)?.[1];
  const url = URL.parse(`http://${authority}/`);
  if (!url || url.href !== `http://${url.host}/`) throw new Error(`"${entry}" is no host or host:port`);
  return `${bareHost(url.hostname)} ${port === undefined ? '*' : Number(port)}`;
}
