import type { Resolver } from 'node:dns/promises';
import { isPublicAddress } from '../outbound/addresses.ts';
import { resolverOf, saysAbsent } from './ask.ts';

interface AuthorityOptions {
  resolvers: readonly string[];
  timeoutMs: number;
  port: number;
  isPublic?: ((address: string) => boolean) | undefined;
}

/** The owner of a zone may list any number of servers; this many are asked. */
const mostServers = 4;
const mostLevels = 12;

/**
 * The authoritative servers of the zone that a name lies in, as `ip:port`.
 * @returns at most four, empty when they cannot be learnt or none has a public address
 */
export async function authoritiesOf(name: string, options: AuthorityOptions): Promise<string[]> {
  const resolver = resolverOf(options.resolvers, options.timeoutMs);
  const hosts = await nameServers(name, resolver);
  const isPublic = options.isPublic ?? isPublicAddress;
  const addresses = await Promise.all(hosts.slice(0, mostServers).map((host) => addressOf(host, resolver, isPublic)));
  return [...new Set(addresses.filter((address) => address !== undefined))].map((address) =>
    address.includes(':') ? `[${address}]:${options.port}` : `${address}:${options.port}`,
  );
}

/** Walks up to the nearest name with NS records; the root is never asked. */
async function nameServers(name: string, resolver: Resolver): Promise<string[]> {
  const labels = name.split('.');
  for (let level = 0; level < Math.min(labels.length, mostLevels); level += 1) {
    try {
      return (await resolver.resolveNs(labels.slice(level).join('.'))).sort();
    } catch (error) {
      // After silence the next zone up would be the wrong one: it only refers down, which reads as "absent".
      if (!saysAbsent(error)) return [];
    }
  }
  return [];
}

/** One public address of a name server, IPv4 first because every network has it. */
async function addressOf(
  host: string,
  resolver: Resolver,
  isPublic: (address: string) => boolean,
): Promise<string | undefined> {
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found = [...(four.status === 'fulfilled' ? four.value : []), ...(six.status === 'fulfilled' ? six.value : [])];
  return found.find(isPublic);
}
