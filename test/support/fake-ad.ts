import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls';
import {
  AndFilter,
  BerReader,
  BerWriter,
  EqualityFilter,
  type Filter,
  GreaterThanEqualsFilter,
  NotFilter,
  OrFilter,
  PagedResultsControl,
  PresenceFilter,
  SearchRequest,
} from 'ldapts';
import { TestAuthority } from './authority.ts';
import { portOf } from './port.ts';

/** What Windows' Active Directory does, and Samba does not: sub-codes, ranges of values, odd pages, and bad manners. */
export interface FakeAdOptions {
  /** fake.example.test unless said; what it says of itself follows from it. */
  domain?: string;
  entries?: FakeEntry[];
  /**
   * By DN or user principal name, folded: the password that is accepted, or the refusal, such as `525`; with both, the
   * right password is refused so.
   */
  people?: Record<string, { password: string; subCode?: string } | { subCode: string }>;
  /** The result code that the service account's bind has; 0 unless said. */
  serviceBind?: number;
  /** The result code that every change of an entry has; 0 unless said. */
  modify?: number;
  /** Values that one answer has at most, of each attribute; 1,500 as Windows has it. */
  range?: number;
  /** Entries of a page at most; 1,000 as Windows has it. */
  pageSize?: number;
  /** Puts an empty page with a cookie before each page. */
  emptyPages?: boolean;
  /** Ends every search after so many entries with sizeLimitExceeded. */
  cutAfter?: number | undefined;
  /** What it does when it is asked for StartTLS on its plain port. */
  startTls?: 'goOn' | 'refuse' | 'inject' | 'ignore';
  /** Stops answering what comes after so many searches. */
  silentAfter?: number;
  /** Ends the connection at the search of that number. */
  dropAt?: number;
  /** By DN, folded: the result code that a search of this very entry has, such as 10 for another domain's. */
  answers?: Record<string, number>;
  /** The attribute of which it refuses (50) every search for this value, folded: `objectGUID`'s of a group, say. */
  denies?: string | undefined;
  /** What it sends for the search with this message id instead of an answer; undefined: nothing special. */
  sends?: ((id: number, attributes: readonly string[]) => Buffer | undefined) | undefined;
  /** How far it has come in its changes; entries are compared with it by their own uSNChanged. */
  usn?: number;
  /** Which domain controller it is, by its dsServiceName. */
  controller?: string;
}

export interface FakeEntry {
  dn: string;
  attributes: Record<string, (string | Buffer)[]>;
}

export interface FakeAd {
  host: string;
  url: string;
  startTlsUrl: string;
  ca: string;
  baseDn: string;
  bindName: string;
  bindPassword: string;
  /** The names of every bind that came, and whether TLS was up. */
  binds: { name: string; password: string; secure: boolean }[];
  /** How many searches came. */
  searches: () => number;
  set: (changes: FakeAdOptions) => void;
  stop: () => Promise<void>;
}

const servicePassword = 'svc-secret';
const baseOf = (domain: string): string => `DC=${domain.replaceAll('.', ',DC=')}`;
const serviceOf = (domain: string): string => `svc-carillon@${domain}`;
const nameOf = (domain: string): string => `dc1.${domain}`;
const rootDse = ({ domain, usn = 4_096, controller }: FakeAdOptions & { domain: string }): FakeEntry => ({
  dn: '',
  attributes: {
    supportedCapabilities: ['1.2.840.113556.1.4.800'],
    supportedControl: ['1.2.840.113556.1.4.319'],
    namingContexts: [baseOf(domain)],
    defaultNamingContext: [baseOf(domain)],
    dnsHostName: [nameOf(domain)],
    highestCommittedUSN: [String(usn)],
    ...(controller !== undefined && { dsServiceName: [controller] }),
  },
});

/** Starts it on 127.0.0.1, with TLS from the first byte at `url`, and StartTLS at `startTlsUrl`. */
export async function startFakeAd(options: FakeAdOptions = {}): Promise<FakeAd> {
  const domain = options.domain ?? 'fake.example.test';
  const fake = new Fake({ ...options, domain });
  const authority = new TestAuthority('Fake AD Authority');
  const certificate = authority.issue({ names: [nameOf(domain), '127.0.0.1'] });
  const secure = createTlsServer({ ...certificate }, (socket) => fake.serve(socket, true));
  const context = createSecureContext({ ...certificate });
  const plain = createServer((socket) =>
    fake.serve(socket, false, () =>
      fake.serve(new TLSSocket(socket, { isServer: true, secureContext: context }), true),
    ),
  );
  await Promise.all([secure, plain].map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))));
  return {
    host: '127.0.0.1',
    url: `ldaps://127.0.0.1:${portOf(secure)}`,
    startTlsUrl: `ldap://127.0.0.1:${portOf(plain)}`,
    ca: authority.cert,
    baseDn: baseOf(domain),
    bindName: serviceOf(domain),
    bindPassword: servicePassword,
    binds: fake.binds,
    searches: () => fake.searches,
    set: (changes) => fake.set(changes),
    stop: async () => {
      fake.end();
      await Promise.all([secure, plain].map((server: Server) => new Promise((done) => server.close(done))));
    },
  };
}

class Fake {
  readonly binds: FakeAd['binds'] = [];
  searches = 0;
  #options: FakeAdOptions & { domain: string };
  readonly #sockets = new Set<Socket>();

  constructor(options: FakeAdOptions & { domain: string }) {
    this.#options = options;
  }

  set(changes: FakeAdOptions): void {
    this.#options = { ...this.#options, ...changes };
    this.searches = 0;
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  serve(socket: Socket, secure: boolean, goOnWithTls?: () => void): void {
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    let waiting = Buffer.alloc(0);
    const read = (chunk: Buffer): void => {
      waiting = Buffer.concat([waiting, chunk]);
      for (let size = sizeOf(waiting); size !== null && waiting.length >= size; size = sizeOf(waiting)) {
        const whole = waiting.subarray(0, size);
        waiting = waiting.subarray(size);
        const upgrade = this.#answer(socket, whole, secure);
        if (!upgrade || !goOnWithTls) continue;
        socket.off('data', read);
        goOnWithTls();
        return;
      }
    };
    socket.on('data', read);
  }

  /** @returns whether TLS is to begin */
  #answer(socket: Socket, whole: Buffer, secure: boolean): boolean {
    const reader = new BerReader(whole);
    reader.readSequence();
    const id = reader.readInt() ?? 0;
    const operation = reader.peek();
    if (operation === 0x60) socket.write(this.#bind(id, reader, secure));
    else if (operation === 0x63) this.#search(socket, id, reader);
    else if (operation === 0x66) socket.write(result(id, 0x67, this.#options.modify ?? 0));
    else if (operation === 0x77) return this.#startTls(socket, id);
    else if (operation === 0x42) socket.end();
    return false;
  }

  #startTls(socket: Socket, id: number): boolean {
    const how = this.#options.startTls ?? 'goOn';
    if (how === 'ignore') return false;
    if (how === 'refuse') socket.write(result(id, 0x78, 2, 'no TLS here'));
    else if (how === 'inject') socket.write(Buffer.concat([result(id, 0x78, 0), result(id + 1, 0x61, 0)]));
    else socket.write(result(id, 0x78, 0));
    return how === 'goOn';
  }

  #bind(id: number, reader: BerReader, secure: boolean): Buffer {
    reader.readSequence();
    reader.readInt();
    const name = reader.readString() ?? '';
    const password = reader.readString(0x80) ?? '';
    this.binds.push({ name, password, secure });
    if (!name && !password) return result(id, 0x61, 0);
    if (name === serviceOf(this.#options.domain) && password === servicePassword)
      return result(id, 0x61, this.#options.serviceBind ?? 0);
    const person = this.#options.people?.[name.toLowerCase()];
    const right = person && (!('password' in person) || person.password === password);
    if (right && person.subCode === undefined) return result(id, 0x61, 0);
    if (person && !right) this.#countWrong(name);
    const subCode = right ? person.subCode : '52e';
    return result(
      id,
      0x61,
      49,
      `80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data ${subCode}, v4563`,
    );
  }

  /** An entry that shows how often somebody was wrong is one time further. */
  #countWrong(name: string): void {
    const entry = this.#options.entries?.find(({ dn }) => dn.toLowerCase() === name.toLowerCase());
    const count = entry?.attributes['badPwdCount'];
    if (count) count[0] = String(Number(count[0]) + 1);
  }

  #search(socket: Socket, id: number, reader: BerReader): void {
    this.searches++;
    const { silentAfter, dropAt, cutAfter } = this.#options;
    if (silentAfter !== undefined && this.searches > silentAfter) return;
    if (this.searches === dropAt) {
      socket.destroy();
      return;
    }
    reader.readSequence();
    const request = new SearchRequest({ messageId: id, filter: new PresenceFilter({ attribute: 'objectclass' }) });
    request.parse(reader, []);
    const sent = this.#options.sends?.(id, request.attributes);
    if (sent) {
      socket.write(sent);
      return;
    }
    const code =
      request.scope === 'base' ? this.#options.answers?.[request.baseDN.toLowerCase()] : this.#denied(request);
    if (code !== undefined) {
      socket.write(result(id, 0x65, code, 'refused by the test'));
      return;
    }
    const paging = request.controls?.find((control) => control instanceof PagedResultsControl)?.value;
    const found = this.#found(request);
    if (cutAfter !== undefined) {
      socket.write(
        Buffer.concat([...found.slice(0, cutAfter).map((one) => this.#entry(id, one, request)), result(id, 0x65, 4)]),
      );
      return;
    }
    const { some, cookie } = paging ? this.#page(found, paging) : { some: found, cookie: null };
    socket.write(Buffer.concat([...some.map((one) => this.#entry(id, one, request)), result(id, 0x65, 0, '', cookie)]));
  }

  /** Whether the filter looks for the value that is refused. */
  #denied({ filter }: SearchRequest): number | undefined {
    const { denies } = this.#options;
    const looksFor = (one: Filter): boolean => {
      if (one instanceof AndFilter) return one.filters.some(looksFor);
      return one instanceof EqualityFilter && one.value.toString().toLowerCase() === denies;
    };
    return denies !== undefined && looksFor(filter) ? 50 : undefined;
  }

  /** A cookie is the number of the next entry; with `e` behind it the empty page before that one was given. */
  #page(
    found: FakeEntry[],
    { size, cookie }: { size: number; cookie?: Buffer },
  ): { some: FakeEntry[]; cookie: string } {
    const at = cookie?.toString() ?? '';
    if (this.#options.emptyPages && at && !at.endsWith('e')) return { some: [], cookie: `${at}e` };
    const start = Number.parseInt(at || '0', 10);
    const end = start + Math.min(size, this.#options.pageSize ?? 1_000);
    return { some: found.slice(start, end), cookie: end < found.length ? String(end) : '' };
  }

  #found({ baseDN, scope, filter }: SearchRequest): FakeEntry[] {
    const base = baseDN.toLowerCase();
    if (scope === 'base' && base === '') return [rootDse(this.#options)];
    return (this.#options.entries ?? []).filter((entry) => {
      const dn = entry.dn.toLowerCase();
      const inside = scope === 'base' ? dn === base : dn === base || dn.endsWith(`,${base}`);
      return inside && matches(entry, filter);
    });
  }

  #entry(id: number, { dn, attributes }: FakeEntry, request: SearchRequest): Buffer {
    const limit = this.#options.range ?? 1_500;
    const wanted = request.attributes.map((text) => /^([^;]+)(?:;range=(\d+)-(?:\d+|\*))?$/.exec(text)!);
    const shown: [string, (string | Buffer)[]][] = [];
    for (const [name, values] of Object.entries(attributes)) {
      const asked = wanted.find((one) => one[1]?.toLowerCase() === name.toLowerCase() || one[1] === '*');
      if (!asked && wanted.length > 0) continue;
      const from = asked?.[2] === undefined ? null : Number(asked[2]);
      if (from === null && values.length <= limit) {
        shown.push([name, values]);
        continue;
      }
      const start = from ?? 0;
      const end = Math.min(start + limit, values.length);
      if (from === null) shown.push([name, []]);
      shown.push([`${name};range=${start}-${end === values.length ? '*' : end - 1}`, values.slice(start, end)]);
    }
    return entryMessage(id, dn, shown);
  }
}

function matches(entry: FakeEntry, filter: Filter): boolean {
  const valuesOf = (name: string): string[] => {
    const found = Object.entries(entry.attributes).find(([key]) => key.toLowerCase() === name.toLowerCase());
    return (found?.[1] ?? []).map((value) => value.toString().toLowerCase());
  };
  if (filter instanceof AndFilter) return filter.filters.every((one) => matches(entry, one));
  if (filter instanceof OrFilter) return filter.filters.some((one) => matches(entry, one));
  if (filter instanceof NotFilter) return !matches(entry, filter.filter);
  if (filter instanceof PresenceFilter) return true; // of which attribute, ldapts does not read
  if (filter instanceof GreaterThanEqualsFilter)
    return valuesOf(filter.attribute).some((value) => Number(value) >= Number(filter.value));
  if (filter instanceof EqualityFilter)
    return valuesOf(filter.attribute).includes(filter.value.toString().toLowerCase());
  return false;
}

/** The length of the first message; null while its header is not all there. */
function sizeOf(bytes: Buffer): number | null {
  if (bytes.length < 2) return null;
  const digits = bytes[1]! & 0x80 ? bytes[1]! & 0x7f : 0;
  if (digits === 0) return 2 + bytes[1]!;
  return bytes.length < 2 + digits ? null : 2 + digits + bytes.readUIntBE(2, digits);
}

function message(id: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  write(writer);
  writer.endSequence();
  return Buffer.from(writer.buffer);
}

/** The end of an operation: 0x65 is that of a search. */
export const result = (id: number, operation: number, code: number, text = '', cookie: string | null = null): Buffer =>
  message(id, (writer) => {
    writer.startSequence(operation);
    writer.writeEnumeration(code);
    writer.writeString('');
    writer.writeString(text);
    writer.endSequence();
    if (cookie === null) return;
    writer.startSequence(0xa0);
    new PagedResultsControl({ value: { size: 0, cookie: Buffer.from(cookie) } }).write(writer);
    writer.endSequence();
  });

/** An entry as a search gives it. */
export const entryMessage = (id: number, dn: string, attributes: [string, (string | Buffer)[]][]): Buffer =>
  message(id, (writer) => {
    writer.startSequence(0x64);
    writer.writeString(dn);
    writer.startSequence();
    for (const [name, values] of attributes) {
      writer.startSequence();
      writer.writeString(name);
      writer.startSequence(0x31);
      for (const value of values) writer.writeBuffer(Buffer.from(value as string), 0x04);
      writer.endSequence();
      writer.endSequence();
    }
    writer.endSequence();
    writer.endSequence();
  });
