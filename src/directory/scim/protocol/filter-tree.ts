import { badFilter } from './errors.ts';
import { type Literal, literalOf, type Token, tokensOf } from './filter-text.ts';

export type Comparison = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

/** A filter as a tree (RFC 7644 §3.4.2.2): attribute names in lower case, values as they are meant. */
export type Filter =
  | { op: 'and'; filters: Filter[] }
  | { op: 'or'; filters: Filter[] }
  | { op: 'not'; filter: Filter }
  | { op: 'any'; attribute: string; filter: Filter }
  | { op: 'pr'; attribute: string }
  | { op: 'compare'; by: Comparison; attribute: string; value: Literal };

const maxDepth = 32;
const comparisons: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const keywords: ReadonlySet<string> = new Set([...comparisons, 'and', 'or', 'not', 'pr']);

const isComparison = (word: string): word is Comparison => comparisons.has(word);
const closing: Record<string, string> = { '(': ')', '[': ']' };

/** Reads tokens by the grammar of RFC 7644 §3.4.2.2 (ABNF, figure 1): `not`, then `and`, then `or`. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Filter {
    const filter = this.#either(false);
    if (this.#at < this.#tokens.length) throw badFilter('something follows its end');
    return filter;
  }

  #either(within: boolean): Filter {
    const filters = [this.#both(within)];
    while (this.#word('or')) filters.push(this.#both(within));
    return filters.length === 1 ? filters[0]! : { op: 'or', filters };
  }

  #both(within: boolean): Filter {
    const filters = [this.#one(within)];
    while (this.#word('and')) filters.push(this.#one(within));
    return filters.length === 1 ? filters[0]! : { op: 'and', filters };
  }

  #one(within: boolean): Filter {
    if (this.#word('not')) {
      if (!this.#opens('(')) throw badFilter('"not" needs brackets: not (…)');
      return { op: 'not', filter: this.#inside('(', within) };
    }
    if (this.#opens('(')) return this.#inside('(', within);
    const attribute = this.#name();
    if (!this.#opens('[')) return this.#expression(attribute);
    if (within) throw badFilter('brackets stand within brackets');
    const filter = this.#inside('[', true);
    const next = this.#tokens[this.#at];
    if (next?.kind !== 'word' || !next.after || !next.text.startsWith('.')) return { op: 'any', attribute, filter };
    // `a[x].b eq "c"` is about one element: `a[(x) and b eq "c"]`.
    this.#at++;
    const sub = this.#expression(next.text.slice(1).toLowerCase());
    return { op: 'any', attribute, filter: { op: 'and', filters: [filter, sub] } };
  }

  #inside(bracket: string, within: boolean): Filter {
    if (++this.#depth > maxDepth) throw badFilter(`it is nested deeper than ${maxDepth} brackets`);
    this.#at++;
    const filter = this.#either(within);
    if (!this.#opens(closing[bracket]!)) throw badFilter('its brackets do not match');
    this.#at++;
    this.#depth--;
    return filter;
  }

  #name(): string {
    const next = this.#tokens[this.#at++];
    if (!next) throw badFilter('it ends too early');
    if (next.kind !== 'word') throw badFilter('the name of an attribute is expected');
    const name = next.text.toLowerCase();
    if (keywords.has(name)) throw badFilter(`"${name}" stands where the name of an attribute is expected`);
    return name;
  }

  #expression(attribute: string): Filter {
    const next = this.#tokens[this.#at++];
    if (!next) throw badFilter('it ends too early');
    const by = next.kind === 'word' ? next.text.toLowerCase() : '';
    if (by === 'pr') return { op: 'pr', attribute };
    if (!isComparison(by)) throw badFilter('an operator is expected behind the name of an attribute');
    return { op: 'compare', by, attribute, value: this.#value() };
  }

  #value(): Literal {
    const next = this.#tokens[this.#at++];
    if (!next || next.kind === 'bracket') throw badFilter('a value is missing');
    if (next.kind === 'quoted') return next.text;
    if (keywords.has(next.text.toLowerCase())) throw badFilter('a value is missing');
    return literalOf(next.text);
  }

  #word(text: string): boolean {
    const next = this.#tokens[this.#at];
    if (next?.kind !== 'word' || next.text.toLowerCase() !== text) return false;
    this.#at++;
    return true;
  }

  #opens(bracket: string): boolean {
    const next = this.#tokens[this.#at];
    return next?.kind === 'bracket' && next.text === bracket;
  }
}

/**
 * Reads a filter of at most 4,096 characters and 32 brackets in each other. Beyond the grammar a value may stand without
 * quotes, as Entra sends it, and any white space for one space.
 * @throws scim.invalidFilter for whatever is not understood; nothing else
 */
export const parseFilter = (text: string): Filter => new Parser(tokensOf(text)).whole();
