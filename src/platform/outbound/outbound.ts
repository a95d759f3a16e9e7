import { Agent, fetch as send, type RequestInit as UndiciInit } from 'undici';
import { CarillonError } from '../errors/errors.ts';
import { addressesFor, createConnector, judge, type Lookup } from './connector.ts';
import { outboundError } from './errors.ts';
import { bareHost, hostList } from './hosts.ts';

export interface OutboundOptions {
  /** Hosts (`host` or `host:port`) that the operator lets be private and plain http. */
  privateHosts: readonly string[];
  /** From the call to the last byte of the body; 8 seconds. */
  timeoutMs?: number;
  /** Of a body, after decompression; 1 MiB. */
  maxBytes?: number;
  /** Certificates (PEM) trusted beside the system's. */
  ca?: readonly string[];
  log?: { warn(fields: object, message: string): void };
  /** How names are resolved; the system's way. */
  lookup?: Lookup;
  /** Which addresses count as public. */
  isPublic?: (address: string) => boolean;
}

export interface OutboundInit {
  method?: string;
  headers?: Headers | Record<string, string> | [string, string][];
  body?: string | URLSearchParams | Uint8Array | ArrayBuffer | ReadableStream | null | undefined;
  signal?: AbortSignal | null | undefined;
  /** Accepted because callers of fetch send it; redirects are refused in any case. */
  redirect?: string;
  duplex?: 'half';
}

export interface Outbound {
  /**
   * Sends one request and reads its whole answer.
   * @throws CarillonError outbound.notAllowed, .redirected, .timedOut, .unreachable, .tooLarge;
   *   the reason of `init.signal` when the caller gave up
   */
  fetch(url: string | URL, init?: OutboundInit): Promise<Response>;
  /**
   * Judges an address as `fetch` would, without asking it anything: for what will be called later.
   * @throws CarillonError outbound.notAllowed, .unreachable
   */
  check(url: string | URL): Promise<void>;
  /**
   * The addresses to which a caller may open a socket of its own for this host: the very ones are dialled, so nothing
   * is resolved twice.
   * @throws CarillonError outbound.notAllowed; what the resolver throws
   */
  addresses(hostname: string, port: number): Promise<{ address: string; family: number }[]>;
  /** Whether the operator has listed this address's host: it may be private. */
  isListed(url: string | URL): boolean;
  /** What `fetch` throws for an address that it may not call. */
  refusal(url: string | URL): CarillonError;
  /** Ends after the requests under way. */
  close(): Promise<void>;
}

const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
const redirects = new Set([301, 302, 303, 307, 308]);
const withoutBody = new Set([204, 205, 304]);

/**
 * Makes the agent for requests whose address somebody else chose; see the README for what it refuses.
 * @throws Error for a private host that is none
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const { timeoutMs = 8000, maxBytes = 1024 * 1024 } = options;
  const hosts = hostList(options.privateHosts);
  const { ca, lookup, isPublic } = options;
  const rules = { hosts, timeoutMs, ca, lookup, isPublic };
  const agent = new Agent({
    connect: createConnector(rules),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });

  const exchange = async (url: URL, init: OutboundInit, signal: AbortSignal): Promise<Response> => {
    const listed = hosts.has(bareHost(url.hostname), portOf(url));
    if (url.username || url.password) throw refused(url, 'user information in the address');
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && listed)) throw refused(url, 'not https');
    const headers = new Headers(init.headers);
    // TLS is checked against this header where it is present, so it is never the caller's.
    headers.delete('host');
    const answer = await send(url, {
      method: init.method ?? 'GET',
      headers: [...headers],
      body: (init.body ?? null) as NonNullable<UndiciInit['body']> | null,
      ...(init.body instanceof ReadableStream && { duplex: 'half' as const }),
      redirect: 'manual',
      signal,
      dispatcher: agent,
    });
    if (redirects.has(answer.status)) {
      await answer.body?.cancel();
      throw outboundError('outbound.redirected', { values: { origin: url.origin }, detail: `status ${answer.status}` });
    }
    const body = await readBody(answer.body, maxBytes, url);
    const kept = new Headers([...answer.headers]);
    // The body is decompressed and complete: these two would now be wrong.
    kept.delete('content-encoding');
    kept.delete('content-length');
    return new Response(withoutBody.has(answer.status) ? null : body, {
      status: answer.status,
      statusText: answer.statusText,
      headers: kept,
    });
  };

  return {
    async fetch(input, init = {}) {
      const url = URL.parse(String(input));
      if (!url) throw outboundError('outbound.notAllowed', { values: { origin: 'given' }, detail: 'not a URL' });
      // With a timer of its own that is cleared: one of AbortSignal's goes off however long ago the answer came.
      const ends = new AbortController();
      const timer = setTimeout(
        () => ends.abort(new DOMException('no answer in time', 'TimeoutError')),
        timeoutMs,
      ).unref();
      const deadline = ends.signal;
      const signal = init.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
      try {
        return await exchange(url, init, signal);
      } catch (thrown) {
        if (init.signal?.aborted && !deadline.aborted) throw init.signal.reason;
        const error = explain(thrown, url, deadline.aborted);
        options.log?.warn({ origin: url.origin, code: error.code, detail: error.detail }, 'outbound request failed');
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    addresses: (hostname, port) => addressesFor(rules, hostname, port),
    isListed(input) {
      const url = URL.parse(String(input));
      return url !== null && hosts.has(bareHost(url.hostname), portOf(url));
    },
    refusal: (input) => refused(new URL(input), 'a private host, for the provider that lives there alone'),
    async check(input) {
      const url = URL.parse(String(input));
      if (!url) throw outboundError('outbound.notAllowed', { values: { origin: 'given' }, detail: 'not a URL' });
      if (url.username || url.password) throw refused(url, 'user information in the address');
      await judge(rules, url).catch((thrown: unknown) => {
        throw explain(thrown, url, false);
      });
    },
    close: () => agent.close(),
  };
}

const refused = (url: URL, detail: string): CarillonError =>
  outboundError('outbound.notAllowed', { values: { origin: url.origin }, detail });

/** Collects a body, and stops at the first chunk over the limit. */
async function readBody(body: AsyncIterable<Uint8Array> | null, maxBytes: number, url: URL): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      throw outboundError('outbound.tooLarge', { values: { origin: url.origin }, detail: `over ${maxBytes} bytes` });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** What a failure means: fetch wraps the connector's own refusal, and a deadline shows in several shapes. */
function explain(thrown: unknown, url: URL, late: boolean): CarillonError {
  const detail: string[] = [];
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error instanceof CarillonError) return error;
    detail.push('code' in error ? `${String(error.code)}: ${error.message}` : error.message);
    late ||= error.name.endsWith('TimeoutError');
  }
  return outboundError(late ? 'outbound.timedOut' : 'outbound.unreachable', {
    values: { origin: url.origin },
    detail: detail.join(' < '),
    cause: thrown,
  });
}
