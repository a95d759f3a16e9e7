import type { Target } from '../access/sigv4/query.ts';
import { accountOperations } from './accounts/routes.ts';
import { apiErrors, invalid } from './errors.ts';
import type { Operation } from './operation.ts';
import { scimRequestOperations } from './scim-requests/routes.ts';
import { userOperations } from './users/routes.ts';

/** Every operation. A new resource is one folder, and a line here. */
export const operations: readonly Operation[] = [...accountOperations, ...userOperations, ...scimRequestOperations];

/** An address in front of the API that no page can ever want: for those who do not like it at the root. */
const prefix = '/api';

const segmentsOf = (path: string): string[] => path.split('/').slice(1);
const shapes = operations.map((it) => ({ it, segments: segmentsOf(it.path) }));
const firsts = new Set(shapes.map(({ segments }) => segments[0]!));

/** Whether a path belongs to the API: under its prefix all, at the root what begins as an operation does. */
export const isApiPath = (path: string): boolean =>
  path === prefix || path.startsWith(`${prefix}/`) || firsts.has(segmentsOf(path)[0] ?? '');

/** What a request asks for. */
export interface Asked {
  operation: Operation;
  /** The labels of its path. */
  path: Record<string, string>;
  /** The query's parameters but `operation`. */
  query: Record<string, string>;
}

/**
 * Finds the operation by method, path and `operation`.
 * @throws api.unknownOperation, api.parameterInvalid for a parameter that is sent twice
 */
export function findOperation(method: string, target: Target): Asked {
  const bare =
    target.path === prefix || target.path.startsWith(`${prefix}/`) ? target.path.slice(prefix.length) : target.path;
  const sent = segmentsOf(bare);
  const { operation: wanted, ...query } = parametersOf(target);
  for (const { it, segments } of shapes) {
    if (it.method !== method || it.operation !== wanted || segments.length !== sent.length) continue;
    const path = labelsOf(segments, sent);
    if (path) return { operation: it, path, query };
  }
  throw apiErrors('api.unknownOperation', { values: { method, path: target.path.slice(0, 128) } });
}

function parametersOf({ query }: Target): Record<string, string> {
  const seen = new Map<string, string>();
  for (const { name, value } of query) {
    if (seen.has(name)) throw invalid(name, 'it is sent twice');
    seen.set(name, value);
  }
  return Object.fromEntries(seen);
}

function labelsOf(segments: readonly string[], sent: readonly string[]): Record<string, string> | null {
  const labels: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const [, label] = /^\{(\w+)\}$/.exec(segment) ?? [];
    if (label === undefined && segment !== sent[i]) return null;
    if (label === undefined) continue;
    const value = decoded(sent[i]!);
    if (!value) return null;
    labels[label] = value;
  }
  return labels;
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
