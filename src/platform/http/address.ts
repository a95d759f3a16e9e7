import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.process>;

/** An IP address in one spelling: IPv4 also where it came as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2); undefined if none. */
function parse(text: string): Address | undefined {
  const bare = text.split('%')[0] ?? '';
  return isIP(bare) === 0 ? undefined : ipaddr.process(bare);
}

interface Peer {
  address: Address;
  /** As it is written everywhere. */
  text: string;
}

/** Peers by the text that their sockets give: the same few ask again and again, and reading an address takes its time. */
const peers = new Map<string, Peer>();
const mostPeers = 10_000;

function peerOf(text: string): Peer | undefined {
  const known = peers.get(text);
  if (known) return known;
  const address = parse(text);
  if (!address) return undefined;
  const peer = { address, text: address.toString() };
  if (peers.size >= mostPeers) peers.clear();
  peers.set(text, peer);
  return peer;
}

/** A hop of X-Forwarded-For: an address, perhaps with a port, IPv6 then in brackets. */
const hopAddress = (hop: string): Address | undefined =>
  parse(/^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop);

/**
 * Gives the function that tells a request's client address.
 * It is the socket's peer; only while that is one of `trusted` (addresses or CIDR networks) is X-Forwarded-For read,
 * from the right, up to the first hop that is not trusted: what stands left of it anyone could have written.
 */
export function clientAddressOf(trusted: readonly string[]): (req: IncomingMessage) => string {
  const networks = trusted.map((entry): [Address, number] => {
    const [address, bits] = ipaddr.parseCIDR(
      entry.includes('/') ? entry : `${entry}/${entry.includes(':') ? 128 : 32}`,
    );
    return [address, bits];
  });
  const isTrusted = (address: Address): boolean =>
    networks.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits));

  return (req) => {
    const peer = peerOf(req.socket.remoteAddress ?? '');
    if (!peer) return 'unknown';
    const forwarded = req.headers['x-forwarded-for'];
    if (forwarded === undefined || networks.length === 0) return peer.text;
    let client = peer.address;
    for (const hop of [forwarded].flat().join(',').split(',').toReversed()) {
      if (!isTrusted(client)) break;
      const next = hopAddress(hop.trim());
      if (!next) break;
      client = next;
    }
    return client.toString();
  };
}

/** What a limit counts as one client: the IPv4 address, or the /64 that one IPv6 subscriber gets. */
export function addressKey(address: string): string {
  const parsed = parse(address);
  if (parsed === undefined || parsed.kind() === 'ipv4') return address;
  const bytes = parsed.toByteArray().slice(0, 8);
  return `${Buffer.from(bytes).toString('hex')}/64`;
}

/** Whether the request came from this machine itself, and through no proxy on it. */
export function isLocal(req: IncomingMessage): boolean {
  const peer = parse(req.socket.remoteAddress ?? '');
  const passedOn = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'].some((name) => req.headers[name] !== undefined);
  return peer?.range() === 'loopback' && !passedOn;
}

/** Whether an origin names this machine alone: localhost (RFC 6761 §6.3) or a loopback address. */
export function isLoopbackOrigin(origin: string): boolean {
  const name = new URL(origin).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || parse(name)?.range() === 'loopback';
}
