import type { ServerResponse } from 'node:http';
import { requestContext } from '../context/context.ts';
import type { Log } from '../log/log.ts';
import { asCarillonError, errorBody } from './errors.ts';

type Headers = Record<string, string | number>;

/** What is said of a text that is sent: names and values in turn. */
const fieldsOf = (type: string, text: string): string[] => [
  'content-type',
  type,
  'content-length',
  String(Buffer.byteLength(text)),
  'cache-control',
  'no-store',
  'x-content-type-options',
  'nosniff',
];

/**
 * Sends an answer of a route that `tellsId`, whole, or without a body; no cache may keep it.
 * @param fields names and values in turn, as Node writes them fastest
 */
export function sendWhole(
  res: ServerResponse,
  status: number,
  fields: readonly string[],
  body?: { type: string; text: string },
): void {
  const own = body ? fieldsOf(body.type, body.text) : [];
  res.writeHead(status, ['x-request-id', requestContext().requestId, ...fields, ...own]);
  res.end(res.req.method === 'HEAD' ? undefined : body?.text);
}

/** Sends `text` whole; nothing that is sent here may be kept by a cache unless `headers` say so. */
export function sendText(res: ServerResponse, status: number, type: string, text: string, headers: Headers = {}): void {
  res.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  // As text, so that head and body are one write.
  res.end(res.req.method === 'HEAD' ? undefined : text);
}

/** Sends `value` as JSON. */
export const sendJson = (res: ServerResponse, status: number, value: unknown, headers: Headers = {}): void =>
  sendText(res, status, 'application/json; charset=utf-8', JSON.stringify(value), headers);

/** Headers that go with an error: when to try again, and how to authenticate. */
export function errorHeaders(thrown: unknown): Headers {
  const { retryAfter, kind } = asCarillonError(thrown);
  return {
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    ...(kind === 'Unauthorized' ? { 'www-authenticate': 'Bearer' } : {}),
  };
}

/** Notes in the log what the client is not told: faults of ours, and the detail of a refusal. */
export function reportError(log: Log, thrown: unknown): void {
  const error = asCarillonError(thrown);
  // What is not offered is asked by others, and is no fault of ours.
  if (error.kind === 'NotImplemented') log.info({ code: error.code }, 'request refused');
  else if (error.status >= 500) log.error({ error }, 'request failed');
  else if (error.detail !== undefined) log.warn({ code: error.code, detail: error.detail }, 'request refused');
}

/** Answers with an error in JSON; an answer that has begun can only be cut. */
export function sendError(res: ServerResponse, thrown: unknown): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const { status } = asCarillonError(thrown);
  res.setHeader('x-request-id', requestContext().requestId);
  sendJson(res, status, errorBody(thrown, requestContext().requestId), errorHeaders(thrown));
}
