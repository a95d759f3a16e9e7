import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.process>;

/** An IP address in one spelling: IPv4 also where it came as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2); undefined if none. */
function parse(text: string): Address | undefined {
  const bare = text.split('%')[0] ?? '';
  return isIP(bare) === 0 ? undefined : ipaddr.process(bare);
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
    let client = parse(req.socket.remoteAddress ?? '');
    if (!client) return 'unknown';
    const hops = [req.headers['x-forwarded-for'] ?? []].flat().join(',').split(',').toReversed();
    for (const hop of hops) {
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
