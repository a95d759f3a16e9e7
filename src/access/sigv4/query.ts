import { signatureErrors } from './errors.ts';

/** A parameter of a query, decoded. */
export interface QueryPair {
  name: string;
  value: string;
}

/** What a request asks for, as it was sent. */
export interface Target {
  path: string;
  query: readonly QueryPair[];
}

/**
 * Reads a request's target once, for the signature and for what is then done: both must mean the same. A plus is a
 * plus (RFC 3986), not a blank as in forms.
 * @throws signature.incomplete for a broken escape or one that is not UTF-8
 */
export function readTarget(target: string): Target {
  const at = target.indexOf('?');
  if (at < 0) return { path: target, query: [] };
  const query = target
    .slice(at + 1)
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? { name: decode(pair), value: '' }
        : { name: decode(pair.slice(0, equals)), value: decode(pair.slice(equals + 1)) };
    });
  return { path: target.slice(0, at), query };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw signatureErrors('signature.incomplete', { values: { reason: 'the query has a broken percent-escape' } });
  }
}
