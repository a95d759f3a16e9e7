import { once } from 'node:events';
import type { Socket } from 'node:net';
import { createTCPServer, createUDPServer, Packet } from 'dns2';
import { companyDomain } from '../people.ts';

/** TXT records of a name: a string is a record of one string, a list one record of several strings (RFC 1035 §3.3.14). */
export type TxtValues = (string | string[])[];
/** What a name answers: its records, nothing at all, "no such name", or the server's own failure. */
export type DnsAnswer = TxtValues | 'silent' | 'nxdomain' | 'servfail';

export interface DnsServer {
  /** `127.0.0.1:PORT`, UDP and TCP, as `Resolver.setServers` takes it. */
  address: string;
  /** Names asked for so far, lower case, with the type's number. */
  queries: { name: string; type: number }[];
  /** Changes what a name answers, from the next query on. */
  set(name: string, answer: DnsAnswer): void;
  close(): Promise<void>;
}

const { TYPE, CLASS, RCODE } = Packet;
const ttl = 1;
const key = (name: string): string => name.toLowerCase().replace(/\.$/, '');

/** A zone's own record; its times are short, as tests change names at will. */
const soa = (zone: string) => ({
  name: zone,
  type: TYPE.SOA,
  class: CLASS.IN,
  ttl,
  primary: `ns1.${zone}`,
  admin: `hostmaster.${zone}`,
  serial: 1,
  refresh: 3600,
  retry: 600,
  expiration: 86400,
  minimum: ttl,
});

/**
 * A DNS server on the loopback interface which is at once resolver and authority of its zones: TXT records, NS and
 * SOA of each zone, A of its name server, negative answers with the SOA (RFC 2308).
 * @param records name → answer
 * @param options.port a fixed port, else a free one
 * @param options.zones the zones that it is the authority of
 * @throws Error when the port is taken
 */
export async function startDns(
  records: Record<string, DnsAnswer> = {},
  options: { port?: number; zones?: string[] } = {},
): Promise<DnsServer> {
  const zones = (options.zones ?? [companyDomain]).map(key);
  const answers = new Map(Object.entries(records).map(([name, answer]) => [key(name), answer]));
  const queries: DnsServer['queries'] = [];

  const zoneOf = (name: string): string | undefined =>
    zones.filter((zone) => name === zone || name.endsWith(`.${zone}`)).sort((a, b) => b.length - a.length)[0];

  const recordsOf = (name: string, type: number): unknown[] => {
    const base = { name, type, class: CLASS.IN, ttl };
    const zone = zones.includes(name) ? name : undefined;
    if (type === TYPE.NS && zone !== undefined) return [{ ...base, ns: `ns1.${zone}` }];
    if (type === TYPE.SOA && zone !== undefined) return [soa(zone)];
    if (type === TYPE.A && zones.some((each) => name === `ns1.${each}`)) return [{ ...base, address: '127.0.0.1' }];
    const answer = answers.get(name);
    return type === TYPE.TXT && Array.isArray(answer) ? answer.map((data) => ({ ...base, data })) : [];
  };
  const exists = (name: string): boolean =>
    [...zones, ...zones.map((zone) => `ns1.${zone}`), ...answers.keys()].some(
      (known) => (known === name || known.endsWith(`.${name}`)) && answers.get(known) !== 'nxdomain',
    );

  const handle = (request: Packet, send: (response: Packet) => Promise<Buffer>): void => {
    const question = request.questions[0];
    const name = key(question?.name ?? '');
    const type = question?.type ?? 0;
    queries.push({ name, type });
    const answer = answers.get(name);
    if (answer === 'silent') return;
    const response = Packet.createResponseFromRequest(request);
    const zone = zoneOf(name);
    response.header.aa = zone === undefined ? 0 : 1;
    response.header.ra = 1;
    if (answer === 'servfail') response.header.rcode = RCODE.SERVFAIL;
    else {
      // Resource's type names only the fields of the wire; its constructor takes all of them.
      response.answers = (answer === 'nxdomain' ? [] : recordsOf(name, type)) as Packet['answers'];
      if (response.answers.length === 0 && !exists(name)) response.header.rcode = RCODE.NXDOMAIN;
      if (response.answers.length === 0 && zone !== undefined)
        response.authorities = [soa(zone)] as unknown as Packet['authorities'];
    }
    // An asker that has gone away needs no answer.
    send(response).catch(() => {});
  };

  const { udp, tcp } = await listen(options.port ?? 0, handle);
  const sockets = new Set<Socket>();
  tcp.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return {
    address: `127.0.0.1:${udp.address().port}`,
    queries,
    set: (name, values) => void answers.set(key(name), values),
    async close() {
      for (const socket of sockets) socket.destroy();
      const closed = [once(udp, 'close'), once(tcp, 'close')];
      udp.close();
      tcp.close();
      await Promise.all(closed);
    },
  };
}

type Handler = (request: Packet, send: (response: Packet) => Promise<Buffer>) => void;

/** UDP and TCP on one port number; with a free port, tries again when the number is taken for TCP. */
async function listen(port: number, handle: Handler, tries = 5) {
  const udp = createUDPServer(handle);
  const bound = once(udp, 'listening');
  udp.bind(port, '127.0.0.1');
  await bound;
  const tcp = createTCPServer(handle);
  try {
    const listening = once(tcp, 'listening');
    tcp.listen(udp.address().port, '127.0.0.1');
    await listening;
    return { udp, tcp };
  } catch (error) {
    udp.close();
    if (port !== 0 || tries <= 1) throw error;
    return listen(port, handle, tries - 1);
  }
}
