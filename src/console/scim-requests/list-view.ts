import type { ScimKey } from '../../directory/scim/keys/key.entity.ts';
import type { KeptView } from '../../directory/scim/inspector/view.ts';
import { iso } from '../../platform/clock/clock.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { field, select } from '../forms.ts';
import type { Place } from '../guard.ts';
import { badge, empty, paging, table, time } from '../parts.ts';
import { summary, texts } from './texts.ts';

/** What the page is filtered by, as it stands in its address. */
export interface Filter {
  who: string;
  key: string;
  outcome: string;
  method: string;
}

interface ListView {
  place: Place;
  keys: readonly Pick<ScimKey, 'id' | 'name' | 'revokedAt'>[];
  filter: Filter;
  requests: readonly KeptView[];
  more: boolean;
  before: string;
}

export const requestsPath = ({ base }: Place): string => `${base}/connection/requests`;
export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The requests as a table, with the refusal below each that was refused. */
export function listView({ place, keys, filter, requests, more, before }: ListView): Html {
  const isFiltered = Object.values(filter).some((value) => value !== '');
  const path = requestsPath(place);
  if (requests.length === 0 && !isFiltered && before === '')
    return empty(html`${texts.none} <a href="${place.base}/connection">${texts.noneLink}</a>.`);
  return html`<p>${texts.intro}</p>
    ${filterView(path, keys, filter, isFiltered)}
    ${
      requests.length === 0
        ? empty(texts.noneMatch)
        : table(
            texts.caption,
            [texts.time, texts.request, texts.about, texts.answer, texts.changed, texts.took],
            requests.map((request) => lineOf(place, request)),
          )
    }
    ${paging(path, { ...filter }, 'before', more ? requests.at(-1)?.id : undefined, before !== '')}`;
}

const filterView = (path: string, keys: ListView['keys'], filter: Filter, isFiltered: boolean): Html =>
  html`<form method="get" action="${path}" aria-label="${texts.filter}">
      ${field({ name: 'who', label: texts.who, value: filter.who, hint: texts.whoHint, maxlength: 320, exact: true })}
      <div class="row">
        ${select({
          name: 'outcome',
          label: texts.outcome,
          value: filter.outcome,
          choices: [
            { value: '', text: texts.anyOutcome },
            { value: 'failed', text: texts.failed },
            { value: 'done', text: texts.done },
          ],
        })}
        ${select({
          name: 'method',
          label: texts.method,
          value: filter.method,
          choices: [{ value: '', text: texts.anyMethod }, ...methods.map((value) => ({ value, text: value }))],
        })}
        ${select({
          name: 'key',
          label: texts.key,
          value: filter.key,
          choices: [
            { value: '', text: texts.allKeys },
            ...keys.map(({ id, name, revokedAt }) => ({
              value: id,
              text: revokedAt === null ? name : texts.keyRevoked(name),
            })),
          ],
        })}
      </div>
      <div class="actions">
        <button class="quiet">${texts.apply}</button>
        ${isFiltered && html`<a class="button quiet" href="${path}">${texts.clear}</a>`}
      </div>
    </form>
    <br />`;

function lineOf(place: Place, request: KeptView) {
  const { id, at, method, target, tookMs, detail, times, lastAt } = request;
  const said = [times > 1 && texts.times(times, iso(lastAt)), detail].filter(Boolean).join(' – ');
  return {
    cells: [
      time(at),
      html`<a href="${requestsPath(place)}/${id}">${method} <code>${shortened(target)}</code></a>`,
      aboutWhom(place, request),
      answerOf(request),
      summary(request),
      texts.milliseconds(tookMs),
    ],
    ...(said !== '' && { below: html`<span class="muted">${said}</span>` }),
  };
}

/** Most characters of an address in the table: of a filter, enough to tell whom it is about. */
const mostOfTarget = 160;

/** Ids are long, and their beginning tells them apart; the request's own page has all of it. */
function shortened(target: string): string {
  const short = target.replace(/([\da-f]{8})-[\da-f]{4}-[\da-f-]{22}/, '$1…');
  return short.length > mostOfTarget ? `${short.slice(0, mostOfTarget)}…` : short;
}

/** The user or the group, with its page where there is one. */
export function aboutWhom({ base }: Place, { subject, name, isErased }: KeptView): Html {
  if (subject === null) return html`${name ?? (isErased ? texts.erased : '–')}`;
  const shown = isErased && !subject.isThere ? texts.erased : subject.name;
  if (!subject.isThere) return html`${shown}`;
  return subject.type === 'User'
    ? html`<a href="${base}/people/${subject.id}">${shown}</a>`
    : html`<a href="${base}/groups">${shown}</a>`;
}

export const answerOf = ({ status, scimType }: Pick<KeptView, 'status' | 'scimType'>): Html =>
  html`${badge(String(status), status >= 400 ? 'bad' : 'good')}${scimType !== null && html` ${scimType}`}`;
