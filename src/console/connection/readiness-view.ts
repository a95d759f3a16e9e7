import {
  type ReadinessCounts,
  type ReadinessKind,
  readinessKinds,
  type ReadinessLine,
} from '../../directory/readiness/readiness.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import type { Place } from '../guard.ts';
import { empty, facts, paging, table } from '../parts.ts';
import { texts as shared } from '../texts.ts';
import { readinessTexts as texts } from './readiness-texts.ts';

const pathOf = ({ base }: Place): string => `${base}/connection/readiness`;

/** How many are ready, and how many are in each list. */
export const countsView = (place: Place, counts: ReadinessCounts): Html =>
  html`<p>${texts.intro}</p>
    ${facts([
      [texts.pushed, counts.pushed],
      [texts.ready, counts.ready],
    ])}
    ${table(
      texts.title,
      [texts.list, texts.count, texts.means],
      readinessKinds.map((kind) => [
        counts[kind] === 0
          ? texts.lists[kind].title
          : html`<a href="${pathOf(place)}?list=${kind}">${texts.lists[kind].title}</a>`,
        counts[kind],
        texts.lists[kind].means,
      ]),
    )}
    <p class="actions"><a class="button quiet" href="${place.base}/connection">${texts.toConnection}</a></p>`;

interface ListView {
  kind: ReadinessKind;
  lines: readonly ReadinessLine[];
  more: boolean;
  paged: boolean;
}

/** One list, fifty a page, each person with a link to their page. */
export function listView(place: Place, { kind, lines, more, paged }: ListView): Html {
  const path = pathOf(place);
  const unknown = kind === 'unknownMember';
  return html`<p>${texts.lists[kind].means}</p>
    ${
      lines.length === 0
        ? empty(texts.nobody)
        : table(
            texts.lists[kind].title,
            unknown ? [texts.id, texts.group] : [texts.person, texts.address],
            lines.map(({ id, name, address }) =>
              unknown
                ? [html`<code>${id}</code>`, name]
                : [html`<a href="${place.base}/people/${id}">${name}</a>`, address ?? shared.none],
            ),
          )
    }
    ${paging(path, { list: kind }, 'after', more ? lines.at(-1)?.id : undefined, paged)}
    <p class="actions"><a class="button quiet" href="${path}">${texts.back}</a></p>`;
}
