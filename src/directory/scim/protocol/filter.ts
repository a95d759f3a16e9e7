import { join, sql } from '../../../platform/database/sql.ts';
import type { Sql } from '../../../platform/database/sql.ts';
import { type Attribute, attributesOf, type ResourceSchema } from './attributes.ts';
import { badFilter } from './errors.ts';
import { filterBounds, requireFew, requireFewScans } from './filter-bounds.ts';
import { always, type Column, compare, never, present, requireOperator, textOf } from './filter-sql.ts';
import { parseFilter } from './filter-tree.ts';
import type { Comparison, Filter } from './filter-tree.ts';
import type { Literal } from './filter-text.ts';

/** How a multi-valued attribute is asked. */
export interface Rows {
  /** Wraps what must hold of one of its elements. */
  exists: (inner: Sql) => Sql;
  /** A sub-attribute, in terms of one element. */
  column: (sub: Attribute) => Column | undefined;
  /** A necessary condition that an index serves, for elements whose `sub` is `value`. */
  narrowed?: (sub: Attribute, value: string) => Sql | undefined;
  /** Where `narrowed` may lead to very many: the rows that it leads to, as what follows a FROM. */
  many?: (sub: Attribute, value: string) => Sql | undefined;
  /** Of the primary element, else of the first (RFC 7644 §3.4.2.3). */
  first: (column: Sql) => Sql;
}

/** Where the attributes of one resource type are stored, each named by the steps that lead to it. */
export interface Stored {
  schema: ResourceSchema;
  column: (steps: readonly Attribute[]) => Column | undefined;
  rows: (steps: readonly Attribute[]) => Rows | undefined;
}

const unusable = (name: string) => badFilter(`the attribute "${name.slice(0, 200)}" cannot be used in a filter`);

/** What a comparison or `pr` asks of a value. */
type Question = { op: 'pr' } | { op: 'compare'; by: Comparison; value: Literal };

/** How a name within a filter is asked: of a whole resource, or of one element. */
type Ask = (name: string, question: Question, negated: boolean) => Sql;

class Compilation {
  /** Comparisons that no index serves. */
  scans = 0;
  /** Comparisons that an index serves, and all that there are. */
  served = 0;
  asked = 0;
  /** Of those that are served, comparisons whose index leads to whoever has such an element. */
  narrowed = 0;
  /** What is to be counted before it is known how many an index leads to. */
  readonly many: Sql[] = [];
  readonly #stored: Stored;
  /** Whether names that the schema lacks stand for what has no value: another type of resource has them. */
  readonly #lenient: boolean;

  constructor(stored: Stored, lenient: boolean) {
    this.#stored = stored;
    this.#lenient = lenient;
  }

  /** Carries `not` down to the leaves, so that an absent value is false and never NULL, and indexes serve the rest. */
  compile(filter: Filter, negated: boolean, ask: Ask = this.#ofResource): Sql {
    const { op } = filter;
    if (op === 'and' || op === 'or') {
      const parts = filter.filters.map((each) => this.compile(each, negated, ask));
      return sql`(${join(parts, (op === 'and') === negated ? ' OR ' : ' AND ')})`;
    }
    if (op === 'not') return this.compile(filter.filter, !negated, ask);
    return op === 'any' ? this.#any(filter, negated) : ask(filter.attribute, filter, negated);
  }

  readonly #ofResource: Ask = (name, question, negated) => {
    const steps = attributesOf(name, this.#stored.schema);
    if (steps) return this.#leaf(steps, name, question, negated);
    if (!this.#lenient) throw unusable(name);
    const isOfNothing = question.op === 'compare' && (question.by === 'ne') !== (question.value === null);
    return this.#plain(isOfNothing !== negated);
  };

  #leaf(steps: readonly Attribute[], name: string, question: Question, negated: boolean): Sql {
    // RFC 7644 §3.4.2.2: null is the value of what has none.
    if (question.op === 'compare' && question.value === null) {
      if (question.by !== 'eq' && question.by !== 'ne') throw badFilter(`"${question.by}" cannot compare with null`);
      return this.#leaf(steps, name, { op: 'pr' }, (question.by === 'eq') !== negated);
    }
    const many = steps.findIndex(({ multiValued }) => multiValued);
    if (many >= 0) return this.#ofElements(steps, many, name, question, negated);
    const last = steps.at(-1)!;
    if (last.type !== 'complex') return this.#column(last, this.#stored.column(steps), name, question, negated);
    if (question.op === 'pr') {
      const column = this.#stored.column(steps);
      // What has no column of its own is there always, as `meta` is.
      return column ? this.#column(last, column, name, question, negated) : this.#plain(!negated);
    }
    const value = last.sub.get('value');
    if (!value) throw unusable(name);
    return this.#leaf([...steps, value], name, question, negated);
  }

  #ofElements(steps: readonly Attribute[], many: number, name: string, question: Question, negated: boolean): Sql {
    const attribute = steps[many]!;
    const rows = this.#stored.rows(steps.slice(0, many + 1));
    const sub = steps[many + 1] ?? (attribute.type === 'complex' ? attribute.sub.get('value') : attribute);
    if (!rows) throw unusable(name);
    const isAny = question.op === 'pr' && !steps[many + 1];
    if (isAny) this.scans++;
    if (isAny) this.asked++;
    if (!isAny && !sub) throw unusable(name);
    const narrowed = this.#narrowed(rows, sub, question, negated);
    const inner = isAny
      ? always
      : this.#column(sub!, rows.column(sub!), name, question, false, narrowed ? 'narrowed' : 'element');
    return within(rows, inner, narrowed, negated);
  }

  #any({ attribute: name, filter }: Extract<Filter, { op: 'any' }>, negated: boolean): Sql {
    const steps = attributesOf(name, this.#stored.schema);
    const attribute = steps?.at(-1);
    if (!steps || !attribute) {
      if (this.#lenient) return this.#plain(negated);
      throw unusable(name);
    }
    if (attribute.type !== 'complex')
      throw badFilter(`the attribute "${name.slice(0, 200)}" has no elements to filter`);
    if (!attribute.multiValued) {
      if (steps.some(({ multiValued }) => multiValued)) throw unusable(name);
      return this.#ofOne(steps, name, filter, negated);
    }
    const rows = this.#stored.rows(steps);
    if (!rows) throw unusable(name);
    const eq = filters(filter).find((each) => each.op === 'compare' && each.attribute === 'value');
    const narrowed = eq?.op === 'compare' ? this.#narrowed(rows, attribute.sub.get('value'), eq, negated) : undefined;
    const before = this.scans;
    const { served, asked } = this;
    const inner = this.ofElement(filter, attribute, rows, name);
    if (narrowed) this.scans = before;
    // One index leads to all that this may be true of.
    if (narrowed) this.served = served + (this.asked - asked);
    return within(rows, inner, narrowed, negated);
  }

  /** What must hold of one element of a list. */
  ofElement(filter: Filter, attribute: Attribute, rows: Rows, name: string): Sql {
    return this.compile(filter, false, (inside, question, isNegated) => {
      const sub = attribute.sub.get(inside);
      if (!sub) throw unusable(`${name}.${inside}`);
      return this.#element(sub, rows, `${name}.${inside}`, question, isNegated);
    });
  }

  /** A complex attribute with one value is its only element. */
  #ofOne(steps: readonly Attribute[], name: string, filter: Filter, negated: boolean): Sql {
    const there = this.#leaf(steps, name, { op: 'pr' }, negated);
    const inner = this.compile(filter, negated, (inside, question, isNegated) => {
      const sub = steps.at(-1)!.sub.get(inside);
      if (!sub) throw unusable(`${name}.${inside}`);
      return this.#leaf([...steps, sub], `${name}.${inside}`, question, isNegated);
    });
    return negated ? sql`(${there} OR ${inner})` : sql`(${there} AND ${inner})`;
  }

  #element(sub: Attribute, rows: Rows, name: string, question: Question, negated: boolean): Sql {
    if (question.op === 'compare' && question.value === null) {
      if (question.by !== 'eq' && question.by !== 'ne') throw badFilter(`"${question.by}" cannot compare with null`);
      return this.#element(sub, rows, name, { op: 'pr' }, (question.by === 'eq') !== negated);
    }
    return this.#column(sub, rows.column(sub), name, question, negated, 'element');
  }

  /** What is the same of everybody: no index leads to those of whom it is true. */
  #plain(isTrue: boolean): Sql {
    if (isTrue) this.asked++;
    return isTrue ? always : never;
  }

  #narrowed(rows: Rows, sub: Attribute | undefined, question: Question, negated: boolean): Sql | undefined {
    if (
      sub?.type !== 'string' ||
      negated ||
      question.op !== 'compare' ||
      question.by !== 'eq' ||
      question.value === null
    )
      return undefined;
    const many = rows.many?.(sub, textOf(question.value));
    if (many) this.many.push(many);
    this.narrowed++;
    return rows.narrowed?.(sub, textOf(question.value));
  }

  #column(
    attribute: Attribute,
    column: Column | undefined,
    name: string,
    question: Question,
    negated: boolean,
    of: 'resource' | 'element' | 'narrowed' = 'resource',
  ): Sql {
    if (!column) throw unusable(name);
    if (question.op === 'compare' && attribute.format === 'binary') requireOperator('binary', question.by);
    const isIndexed =
      column.kind === 'text' && column.indexed && question.op === 'compare' && (question.by === 'eq') !== negated;
    // Whatever is asked of an element is asked of every element of every row.
    if (of === 'element' || (column.kind === 'text' && !isIndexed && of === 'resource')) this.scans++;
    if (isIndexed || of === 'narrowed') this.served++;
    this.asked++;
    if (question.op === 'pr') return present(column, negated);
    return compare(column, question.by, question.value, negated);
  }
}

/** What must all hold of one element. */
const filters = (filter: Filter): Filter[] => (filter.op === 'and' ? filter.filters.flatMap(filters) : [filter]);

function within(rows: Rows, inner: Sql, narrowed: Sql | undefined, negated: boolean): Sql {
  const found = rows.exists(inner);
  if (negated) return sql`NOT ${found}`;
  return narrowed ? sql`(${narrowed} AND ${found})` : found;
}

/** A filter in SQL. */
export interface Compiled {
  condition: Sql;
  /** Whether an index leads to what fits, so that not every row is looked at. */
  isServed: boolean;
  /** Whether that index is of an attribute of which every resource has a value of its own. */
  isFew: boolean;
  /** Rows, each as what follows a FROM: while one of these is long, the index leads to many all the same. */
  many: readonly Sql[];
}

/**
 * Compiles a SCIM filter (RFC 7644 §3.4.2.2) to a condition for WHERE, with every value a parameter.
 * @throws scim.invalidFilter for whatever is not understood, or names what the schema lacks; scim.tooMany
 */
export function compileFilter(text: string, stored: Stored, bounds = filterBounds): Compiled {
  const filter = parseFilter(text);
  requireFew(filter, bounds.comparisons);
  return compileTree(filter, stored, bounds);
}

/**
 * Compiles what stands in the brackets behind a list (`members[…]` in the path of a PATCH), in terms of one of its elements.
 * @throws scim.invalidFilter for a sub-attribute that it lacks, or an operator that is not for it
 */
export function compileElements(filter: Filter, attribute: Attribute, stored: Stored): Sql {
  const rows = stored.rows([attribute]);
  if (!rows) throw unusable(attribute.name);
  return new Compilation(stored, false).ofElement(filter, attribute, rows, attribute.name);
}

function compileTree(filter: Filter, stored: Stored, bounds = filterBounds, lenient = false): Compiled {
  // Of what must all hold, one part that an index serves is enough.
  const parts = filters(filter).map((each) => {
    const compilation = new Compilation(stored, lenient);
    const condition = compilation.compile(each, false);
    const { scans, served, asked, narrowed, many } = compilation;
    return { condition, scans, isServed: served === asked, isFew: served === asked && narrowed === 0, many };
  });
  requireFewScans(
    parts.reduce((sum, { scans }) => sum + scans, 0),
    bounds,
  );
  return {
    condition: sql`(${join(
      parts.map(({ condition }) => condition),
      ' AND ',
    )})`,
    isServed: parts.some(({ isServed }) => isServed),
    isFew: parts.some(({ isFew }) => isFew),
    // Where another part is served too, and leads to few, nothing need be counted.
    many: parts.some(({ isServed, many }) => isServed && many.length === 0) ? [] : parts.flatMap(({ many }) => many),
  };
}

/**
 * The same for a query over several types of resources, in their order: what one of them lacks has no value there (RFC
 * 7644 §3.4.2.1). @throws scim.invalidFilter also for a name that none of them has; scim.tooMany
 */
export function compileForAll(text: string, all: readonly Stored[], bounds = filterBounds): Compiled[] {
  const filter = parseFilter(text);
  requireFew(filter, bounds.comparisons);
  for (const name of names(filter)) if (all.every(({ schema }) => !attributesOf(name, schema))) throw unusable(name);
  return all.map((stored) => compileTree(filter, stored, bounds, true));
}

function names(filter: Filter): string[] {
  if (filter.op === 'and' || filter.op === 'or') return filter.filters.flatMap(names);
  return filter.op === 'not' ? names(filter.filter) : [filter.attribute];
}
