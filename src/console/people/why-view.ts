import { html, type Html } from '../../platform/http/pages/html.ts';
import type { GroupPath } from '../../users/entitlement/path.ts';
import { badge, table, time } from '../parts.ts';
import { texts as shared } from '../texts.ts';
import type { Why } from './why.ts';
import { whyTexts as texts } from './why-texts.ts';

/** By which ways somebody comes to their tier; and what keeps them out, since when, and who can mend it. */
export const whyView = ({ paths, more, right, obstacles }: Why): Html =>
  html`<h2 id="why">${texts.title}</h2>
    ${paths.length > 0 && waysView(paths, more)}
    ${
      obstacles.length === 0
        ? right.maySignIn && html`<p class="muted">${texts.nothing}</p>`
        : table(
            texts.missing,
            [texts.what, texts.since, texts.by, texts.mend],
            obstacles.map(({ text, since, by, mend }) => [text, time(since, shared.none), by ?? shared.none, mend]),
          )
    }`;

const waysView = (paths: readonly GroupPath[], more: boolean): Html =>
  html`<ul class="plain" aria-label="${texts.ways}">
      ${paths.map(
        ({ groups, tier }) =>
          html`<li>${groups.join(' → ')} → ${tier ? badge(tier, 'good') : badge(texts.noTier)}</li>`,
      )}
    </ul>
    ${more ? html`<p class="hint">${texts.moreWays}</p>` : html`<br />`}`;
