import { html, type Html } from '../platform/http/pages/html.ts';
import { texts } from './texts.ts';

export * from '../platform/http/pages/parts.ts';

/** What stands where a list has nothing yet: what to do next. */
export const empty = (text: string | Html): Html => html`<p class="notice">${text}</p>`;

/** Links to the next page and back to the first. */
export function paging(
  path: string,
  query: Record<string, string>,
  cursor: string,
  next: string | undefined,
  paged: boolean,
): Html | false {
  if (!paged && next === undefined) return false;
  const to = (extra: Record<string, string>): string => {
    const given = Object.entries({ ...query, ...extra }).filter(([, value]) => value !== '');
    return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
  };
  return html`<nav class="actions" aria-label="${texts.pages}">
    ${paged && html`<a class="button quiet" href="${to({})}">${texts.first}</a>`}
    ${next !== undefined && html`<a class="button quiet" href="${to({ [cursor]: next })}">${texts.next}</a>`}
  </nav>`;
}

/** `1 person`, `2 people`. */
export const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** A text of the query: a parameter that was sent twice is none. */
export const queried = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 320) : '');
