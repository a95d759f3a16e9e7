/** One server of a directory. */
export interface Target {
  /** As it is shown and compared: `ldaps://dc1.example.com` or `ldap://dc1.example.com:3389`. */
  url: string;
  /** A name, or an address without brackets. */
  host: string;
  port: number;
  /** TLS from the first byte, or StartTLS before anything else (RFC 4511 §4.14); there is no third way. */
  tls: 'direct' | 'startTls';
}

const ports = { direct: 636, startTls: 389 } as const;

/** Reads a server's URL (RFC 4516, host and port only). @returns null for what is none */
export function readTarget(input: string): Target | null {
  const text = input.trim();
  const parsed = /^(ldaps?):\/\/(\[[0-9a-f:.]+\]|[^\s/?#:@[\]\\]+)(?::(\d{1,5}))?\/?$/i.exec(text);
  if (!parsed || text.length > 255) return null;
  // `URL` normalises hosts of http alone.
  const http = URL.parse(`http://${parsed[2]}/`);
  if (!http) return null;
  const tls = parsed[1]?.toLowerCase() === 'ldaps' ? 'direct' : 'startTls';
  const port = parsed[3] === undefined ? ports[tls] : Number(parsed[3]);
  if (port < 1 || port > 65_535) return null;
  const scheme = tls === 'direct' ? 'ldaps' : 'ldap';
  return {
    url: `${scheme}://${http.hostname}${port === ports[tls] ? '' : `:${port}`}`,
    host: http.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    tls,
  };
}
