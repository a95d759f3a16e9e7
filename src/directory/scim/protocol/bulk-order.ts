import type { BulkOperation } from './bulk.ts';
import { pathWithReferences, withReferences } from './bulk-references.ts';

/** The places of the operations that this one needs first: those that make what it refers to. */
function needs({ method, path, data }: BulkOperation, makers: ReadonlyMap<string, number>): Set<number> {
  const found = new Set<number>();
  const note = (bulkId: string): string => {
    const maker = makers.get(bulkId);
    if (maker !== undefined) found.add(maker);
    return '';
  };
  pathWithReferences(path, note);
  withReferences(data, method === 'PATCH', note);
  return found;
}

/** A turn: operations that refer to each other in a circle stand together in one, all others alone. */
export interface Turn {
  places: number[];
  circular: boolean;
}

/**
 * The order in which operations are done (RFC 7644 §3.7.1): as they were sent, but what is referred to first. Strongly
 * connected components by Tarjan's algorithm, which finds them in just that order.
 */
export function orderOf(operations: readonly BulkOperation[]): Turn[] {
  const makers = new Map<string, number>();
  operations.forEach(({ method, bulkId }, place) => {
    if (method === 'POST' && bulkId !== undefined) makers.set(bulkId, place);
  });
  const edges = operations.map((operation) => needs(operation, makers));
  const turns: Turn[] = [];
  const found = new Map<number, { at: number; low: number; open: boolean }>();
  const stack: number[] = [];

  const visit = (place: number): { at: number; low: number; open: boolean } => {
    const own = { at: found.size, low: found.size, open: true };
    found.set(place, own);
    stack.push(place);
    for (const next of edges[place] ?? []) {
      const known = found.get(next);
      if (!known) own.low = Math.min(own.low, visit(next).low);
      else if (known.open) own.low = Math.min(own.low, known.at);
    }
    if (own.low === own.at) {
      const places = stack.splice(stack.indexOf(place));
      for (const each of places) found.get(each)!.open = false;
      turns.push({ places, circular: places.length > 1 || Boolean(edges[place]?.has(place)) });
    }
    return own;
  };
  operations.forEach((_, place) => found.has(place) || visit(place));
  return turns;
}
