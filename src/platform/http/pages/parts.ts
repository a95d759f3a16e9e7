import { iso } from '../../clock/clock.ts';
import { html, type Html } from './html.ts';
import { texts } from './texts.ts';

/** A time as people read it, UTC like every record. */
export const time = (milliseconds: number | null, otherwise: string = texts.never): Html => {
  if (milliseconds === null) return html`${otherwise}`;
  const full = iso(milliseconds);
  return html`<time datetime="${full}"><span>${full.slice(0, 10)}</span> <span>${full.slice(11, 19)} UTC</span></time>`;
};

export const badge = (text: string, tone = ''): Html => html`<span class="badge ${tone}">${text}</span>`;

/** A value to copy: one click marks all of it. */
export const copyable = (value: string): Html => html`<code class="code copy">${value}</code>`;

/** Terms and what they are. */
export const facts = (items: readonly (readonly [string, Html | string | number])[]): Html =>
  html`<dl class="facts">
    ${items.map(
      ([term, value]) =>
        html`<dt>${term}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;

type Cell = Html | string | number;

interface Line {
  cells: readonly Cell[];
  /** Stands below the cells, over the whole width. */
  below?: Html;
}

/** A table that becomes a list of cards where it is narrow; the first cell of a row is its head. */
export const table = (caption: string, heads: readonly string[], lines: readonly (Line | readonly Cell[])[]): Html =>
  html`<div class="scroll stack" role="region" aria-label="${caption}" tabindex="0">
    <table>
      <caption class="visually-hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${lines.map((line) => ('cells' in line ? lineOf(heads, line) : lineOf(heads, { cells: line })))}
      </tbody>
    </table>
  </div>`;

const lineOf = (heads: readonly string[], { cells, below }: Line): Html =>
  html`<tr>
      ${cells.map((cell, i) =>
        i === 0 ? html`<th scope="row">${cell}</th>` : html`<td data-label="${heads[i]}">${cell}</td>`,
      )}
    </tr>
    ${
      below &&
      html`<tr class="below">
        <td colspan="${heads.length}">${below}</td>
      </tr>`
    }`;
