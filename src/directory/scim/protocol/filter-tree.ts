import { parse } from 'scim2-parse-filter';
import type { Filter as Parsed } from 'scim2-parse-filter';
import { badFilter } from './errors.ts';
import { prepareFilter } from './filter-text.ts';
import type { Literal } from './filter-text.ts';

export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/** A filter as a tree (RFC 7644 §3.4.2.2): attribute names in lower case, values as they are meant. */
export type Filter =
  | { op: 'and'; filters: Filter[] }
  | { op: 'or'; filters: Filter[] }
  | { op: 'not'; filter: Filter }
  | { op: 'any'; attribute: string; filter: Filter }
  | { op: 'pr'; attribute: string }
  | { op: 'compare'; by: Comparison; attribute: string; value: Literal };

const maxDepth = 64;

function convert(node: Parsed, literals: readonly Literal[], depth: number): Filter {
  if (depth > maxDepth) throw badFilter('it is nested too deep');
  const inner = (child: Parsed) => convert(child, literals, depth + 1);
  switch (node.op) {
    case 'and':
    case 'or':
      return { op: node.op, filters: node.filters.map(inner) };
    case 'not':
      return { op: 'not', filter: inner(node.filter) };
    case '[]':
      return { op: 'any', attribute: node.attrPath, filter: inner(node.valFilter) };
    case 'pr':
      return { op: 'pr', attribute: node.attrPath };
    case 'eq':
    case 'ne':
    case 'co':
    case 'sw':
    case 'ew':
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le': {
      const value = literals[Number(node.compValue)];
      if (value === undefined) throw badFilter('a value is missing');
      return { op: 'compare', by: node.op, attribute: node.attrPath, value };
    }
    default:
      // The parser lets words such as `constructor` through as operators.
      throw badFilter('an operator is not understood');
  }
}

/**
 * Reads a filter.
 * @throws scim.invalidFilter for whatever is not understood; nothing else
 */
export function parseFilter(text: string): Filter {
  const prepared = prepareFilter(text);
  let parsed: Parsed;
  try {
    parsed = parse(prepared.text);
  } catch (cause) {
    throw badFilter('it does not follow the grammar of RFC 7644', cause);
  }
  return convert(parsed, prepared.literals, 0);
}
