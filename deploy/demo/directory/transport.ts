import { request as http } from 'node:http';
import { request as https } from 'node:https';
import type { LogEntry, ScimSettings } from '../state.ts';

/** What Okta sends with every request. */
const headers = {
  accept: 'application/scim+json',
  'accept-charset': 'utf-8',
  'user-agent': 'Okta SCIM Client 1.0.0',
};
const contentType = 'application/scim+json; charset=utf-8';

/** Okta closes the socket after a minute. */
const timeLimit = 60_000;
/** Okta's pause after a 429 that names none in whole seconds; doubled each time. */
const defaultPause = 5 * 60_000;
const attempts = 10;
/** A server that is starting again is back in this time; Okta leaves it to the administrator's *Retry*. */
const lostPauses = [500, 1500, 4000];

export interface ScimReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

/** The SCIM server said no, or nothing. `text` is what Okta shows its administrator. */
export class ScimFailure extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(text);
    this.name = 'ScimFailure';
    this.status = status;
  }
}

export interface TransportOptions {
  settings: () => ScimSettings;
  log: (entry: LogEntry) => void;
  /** Waits so many milliseconds; tests give one that does not. */
  wait: (milliseconds: number) => Promise<void>;
  /** Cuts what is under way. */
  signal: AbortSignal;
}

export type Send = (method: string, path: string, body?: unknown) => Promise<ScimReply>;

/**
 * Sends SCIM requests with Okta's headers and patience: a 429 is tried again after its Retry-After (whole seconds,
 * else five minutes, then doubled), ten times at most; a lost connection and 502–504 three times.
 * @throws ScimFailure when no try brought an answer
 */
export function makeSend({ settings, log, wait, signal }: TransportOptions): Send {
  return async (method, path, body) => {
    let pause = defaultPause;
    let lost = 0;
    for (let attempt = 1; ; attempt++) {
      const reply = await once(settings(), method, path, body, log, signal);
      signal.throwIfAborted();
      const again = attempt < attempts;
      if (reply.status === 429 && again) {
        const after = reply.headers['retry-after'];
        const named = typeof after === 'string' && /^\d+$/.test(after);
        await wait(named ? Number(after) * 1000 : pause);
        if (!named) pause *= 2;
      } else if ([0, 502, 503, 504].includes(reply.status) && lost < lostPauses.length) {
        await wait(lostPauses[lost++] ?? 0);
      } else if (reply.status === 0) {
        throw new ScimFailure(0, 'The SCIM server does not answer.');
      } else {
        return reply;
      }
    }
  };
}

/** One request, logged with its bodies and without its token. Status 0 when no answer came. */
async function once(
  { baseUrl, token }: ScimSettings,
  method: string,
  path: string,
  body: unknown,
  log: TransportOptions['log'],
  signal: AbortSignal,
): Promise<ScimReply> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const at = Date.now();
  const began = performance.now();
  const entry = { at, method, path: new URL(baseUrl + path).pathname + new URL(baseUrl + path).search };
  const shown = text === undefined ? '' : withoutPassword(body);
  try {
    const reply = await exchange(new URL(baseUrl + path), method, token, text, signal);
    const ms = performance.now() - began;
    log({ ...entry, status: reply.status, ms, request: shown, response: reply.text });
    return { status: reply.status, headers: reply.headers, body: parsed(reply.text) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log({ ...entry, status: 0, ms: performance.now() - began, request: shown, response: why });
    return { status: 0, headers: {}, body: undefined };
  }
}

/** A plain request on a connection of its own: `fetch` would add headers that Okta does not send. */
function exchange(url: URL, method: string, token: string, body: string | undefined, signal: AbortSignal) {
  return new Promise<{ status: number; headers: ScimReply['headers']; text: string }>((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http)(url, {
      method,
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeLimit)]),
      headers: {
        ...headers,
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
      },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    request.end(body);
  });
}

const withoutPassword = (body: unknown): string =>
  JSON.stringify(body, (key, value: unknown) => (key === 'password' ? '(hidden)' : value), 2);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
