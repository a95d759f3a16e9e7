import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { callbackify } from 'node:util';
import { buildConnector } from 'undici';
import { isPublicAddress } from './addresses.ts';
import { outboundError } from './errors.ts';
import { bareHost, type HostList } from './hosts.ts';

/** Gives every address of a name. */
export type Lookup = (hostname: string) => Promise<{ address: string; family: number }[]>;

export interface ConnectorOptions {
  hosts: HostList;
  timeoutMs: number;
  /** Certificates (PEM) trusted beside the system's. */
  ca?: readonly string[] | undefined;
  lookup?: Lookup | undefined;
  /** Which addresses count as public; `isPublicAddress` unless a test says otherwise. */
  isPublic?: ((address: string) => boolean) | undefined;
}

/** How long one address may take before the next of the same name is tried as well (RFC 8305 §5 advises ≤ 2 s). */
const nextAddressAfterMs = 1000;

const loopback = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/** RFC 6761 §6.3: these names are loopback, whatever a resolver says; both families, as a server may have only one. */
const isLocalhost = (hostname: string): boolean => hostname === 'localhost' || hostname.endsWith('.localhost');

const lookupOf = (options: ConnectorOptions): Lookup =>
  options.lookup ?? ((hostname) => systemLookup(hostname, { all: true }));

/** The addresses of a name, when all of them are public. @throws outbound.notAllowed, what the resolver throws */
async function resolvePublic(options: ConnectorOptions, hostname: string): ReturnType<Lookup> {
  const found = await lookupOf(options)(hostname);
  const isPublic = options.isPublic ?? isPublicAddress;
  const inner = found.find(({ address }) => !isPublic(address));
  if (inner) throw refusal(hostname, `resolves to ${inner.address}`);
  return found;
}

/**
 * The addresses to which a socket for this host may be opened, by the same rule as a request's: public ones, or any of
 * a host that the operator has listed. For protocols that bring their own sockets, with TLS of their own.
 * @throws outbound.notAllowed, what the resolver throws
 */
export async function addressesFor(options: ConnectorOptions, hostname: string, port: number): ReturnType<Lookup> {
  const family = isIP(hostname);
  const listed = options.hosts.has(hostname, port);
  if (family !== 0) {
    if (!listed && !(options.isPublic ?? isPublicAddress)(hostname)) throw refusal(hostname, 'is not public');
    return [{ address: hostname, family }];
  }
  if (!listed) return resolvePublic(options, hostname);
  return isLocalhost(hostname) ? loopback : lookupOf(options)(hostname);
}

/** Judges an address as a dial would, without dialling: for what is called later. */
export async function judge(options: ConnectorOptions, url: URL): Promise<void> {
  const hostname = bareHost(url.hostname);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  if (options.hosts.has(hostname, port)) return;
  if (url.protocol !== 'https:') throw refusal(hostname, 'is not https');
  if (isIP(hostname) === 0) await resolvePublic(options, hostname);
  else if (!(options.isPublic ?? isPublicAddress)(hostname)) throw refusal(hostname, 'is not public');
}

/**
 * Makes what opens the sockets of the agent: it resolves, checks, and dials only what it checked.
 * Gives its callback `outbound.notAllowed` for an address that is not public, or plain http to a host not listed.
 */
export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const resolve = lookupOf(options);
  const isPublic = options.isPublic ?? isPublicAddress;
  const shared = {
    allowH2: false,
    timeout: options.timeoutMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: nextAddressAfterMs,
    rejectUnauthorized: true,
    ...(options.ca && { ca: [...getCACertificates('default'), ...options.ca] }),
  };
  const open = buildConnector({
    ...shared,
    lookup: lookupWith(async (hostname) => (isLocalhost(hostname) ? loopback : resolve(hostname))),
  });
  const guarded = buildConnector({
    ...shared,
    lookup: lookupWith((hostname) => resolvePublic(options, hostname)),
  });
  return (target, callback) => {
    const { hostname, protocol } = target;
    const port = Number(target.port) || (protocol === 'https:' ? 443 : 80);
    if (options.hosts.has(hostname, port)) return open(target, callback);
    if (protocol !== 'https:') return callback(refusal(hostname, 'is not https'), null);
    // A host that is an address is dialled without a look-up, so it is judged here.
    if (isIP(hostname) && !isPublic(hostname)) return callback(refusal(hostname, 'is not public'), null);
    return guarded(target, callback);
  };
}

const refusal = (hostname: string, why: string): Error =>
  outboundError('outbound.notAllowed', { values: { origin: hostname }, detail: `${hostname} ${why}` });

/** Turns a promise of addresses into the callback that sockets want (one address, or all for RFC 8305). */
function lookupWith(addressesOf: Lookup): LookupFunction {
  const find = callbackify(addressesOf);
  return (hostname, options, callback) => {
    find(hostname, (error, found) => {
      const first = found?.[0];
      if (error) callback(error, '');
      else if (!first) callback(new Error(`${hostname} has no address`), '');
      else if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}
