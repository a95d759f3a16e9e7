import { readFileSync } from 'node:fs';
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate, rootCertificates } from 'node:tls';

/** Where a PostgreSQL server is, and how it is spoken to. */
export interface Address {
  /** A host's name or IP address, or the folder of a unix socket. */
  host: string;
  port: number;
  user: string | undefined;
  password: string | undefined;
  database: string;
  /** What must hold of TLS; false: the connection is not encrypted. */
  ssl: ConnectionOptions | false;
  /** Seconds to wait for a connection. */
  connectSeconds: number;
  /** Settings of the server for these connections (`-c name=value …`). */
  options: string;
}

const modes = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
type Mode = (typeof modes)[number];
const known = new Set(
  'host port user password dbname sslmode sslrootcert sslcert sslkey connect_timeout options'.split(' '),
);

/**
 * Reads `postgres://user:password@host:port/database?…` (libpq's connection URIs, PostgreSQL's manual §34.1.1.2). A unix
 * socket's folder stands in `?host=`, or percent-encoded as the host.
 * TLS is never weaker than what is written: without `sslmode` a server on another machine must prove its name.
 * @throws Error that says what is wrong, without the password
 */
export function readAddress(url: string): Address {
  const [, authority, path = '', query = ''] =
    /^postgres(?:ql)?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(url) ?? [];
  if (authority === undefined) throw new Error('not a postgres:// address');
  const given = new Map(new URLSearchParams(query.replaceAll('+', '%2B')));
  for (const name of given.keys()) if (!known.has(name)) throw new Error(`unknown parameter ${name}`);
  const at = authority.lastIndexOf('@');
  const [user, password] = at < 0 ? [] : split(authority.slice(0, at));
  const [, bracketed, name = '', port] =
    /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(authority.slice(at + 1)) ?? [];
  const host = given.get('host') ?? bracketed ?? decoded(name) ?? '';
  const database = given.get('dbname') ?? decoded(path) ?? '';
  if (/[,]/.test(authority + host)) throw new Error('one host only');
  if (!database) throw new Error('no database is named');
  const where = host || '/var/run/postgresql';
  return {
    host: where,
    port: numberOf(given.get('port') ?? port ?? '5432', 65_535),
    user: given.get('user') ?? decoded(user),
    password: given.get('password') ?? decoded(password),
    database,
    ssl: tls(where, given),
    connectSeconds: numberOf(given.get('connect_timeout') ?? '10', 300),
    options: given.get('options') ?? '',
  };
}

function split(userInfo: string): [string, string | undefined] {
  const colon = userInfo.indexOf(':');
  return colon < 0 ? [userInfo, undefined] : [userInfo.slice(0, colon), userInfo.slice(colon + 1)];
}

function decoded(text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('a broken percent-escape');
  }
}

function numberOf(text: string, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 1 && value <= most)) throw new Error('a port or a time is out of range');
  return value;
}

const isHere = (host: string): boolean => host.startsWith('/') || /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);

function tls(host: string, given: ReadonlyMap<string, string>): ConnectionOptions | false {
  const said = given.get('sslmode');
  const mode = modes.find((each) => each === said);
  if (said !== undefined && !mode) throw new Error(`sslmode must be one of ${modes.join(', ')}`);
  const chosen: Mode = mode ?? (isHere(host) ? 'disable' : 'verify-full');
  const root = given.get('sslrootcert');
  if (chosen === 'disable') {
    if (root) throw new Error('sslrootcert asks for TLS, and sslmode does without');
    return false;
  }
  if (host.startsWith('/')) throw new Error('a unix socket does not speak TLS');
  const certificates: ConnectionOptions = {
    ...(root && { ca: root === 'system' ? [...rootCertificates] : file(root, 'sslrootcert') }),
    ...(given.has('sslcert') && { cert: file(given.get('sslcert')!, 'sslcert') }),
    ...(given.has('sslkey') && { key: file(given.get('sslkey')!, 'sslkey') }),
  };
  // As libpq has it: `require` with a root certificate is `verify-ca`.
  if (chosen === 'require' && !root) return { ...certificates, rejectUnauthorized: false };
  if (chosen === 'verify-full') {
    // The host that was asked for: for an IP address the driver would check another name.
    const named = (_: string, certificate: PeerCertificate): Error | undefined =>
      checkServerIdentity(host, certificate);
    return { ...certificates, rejectUnauthorized: true, checkServerIdentity: named };
  }
  if (!root) throw new Error('sslmode=verify-ca needs sslrootcert');
  return { ...certificates, rejectUnauthorized: true, checkServerIdentity: () => undefined };
}

function file(path: string, parameter: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Error(`the file of ${parameter} cannot be read`);
  }
}
