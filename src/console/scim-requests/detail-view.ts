import type { Preview } from '../../directory/scim/inspector/replay/replay.ts';
import { changesNothing } from '../../directory/scim/inspector/replay/effect.ts';
import type { KeptView } from '../../directory/scim/inspector/view.ts';
import { iso } from '../../platform/clock/clock.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, type Fault, form } from '../forms.ts';
import type { Place } from '../guard.ts';
import { empty, facts, table, time } from '../parts.ts';
import { texts as shared } from '../texts.ts';
import { aboutWhom, answerOf, requestsPath } from './list-view.ts';
import { inWords, movedLines, operationOf, texts } from './texts.ts';

type Change = Pick<KeptView, 'differences' | 'moved'>;

/** One request: what was asked, answered, changed and sent. */
export function detailView(place: Place, request: KeptView): Html {
  const { detail, errorCode, times, lastAt, isReplayable, status, found } = request;
  return html`${facts([
      [texts.time, time(request.at)],
      [texts.request, html`<code>${request.method} ${request.target}</code>`],
      [texts.about, aboutWhom(place, request)],
      [texts.answer, html`${answerOf(request)}${found !== null && html`, found ${found}`}`],
      ...(detail === null ? [] : [[texts.told, detail] as const]),
      ...(errorCode === null ? [] : [[texts.code, html`<code>${errorCode}</code>`] as const]),
      ...(times > 1 ? [[texts.times(times, iso(lastAt)), ''] as const] : []),
      [texts.took, texts.milliseconds(request.tookMs)],
      [texts.key, request.key.name],
      [texts.from, request.userAgent || '–'],
      [texts.id, html`<code>${request.id}</code> <span class="hint">${texts.idHint}</span>`],
    ])}
    ${
      request.operations
        ? operationsView(request.operations)
        : html`<h2>${texts.changes}</h2>
            ${status < 400 && hasChanges(request) ? changesView(request) : html`<p>${request.became === 'deleted' ? 'Deleted.' : `${texts.nothing}.`}</p>`}`
    }
    <h2>${texts.content}</h2>
    ${contentView(request)}
    <p class="actions">
      ${isReplayable && html`<a class="button" href="${requestsPath(place)}/${request.id}/replay">${texts.replay}</a>`}
      <a class="button quiet" href="${requestsPath(place)}">${texts.back}</a>
    </p>`;
}

/** What became of each operation of a bulk request. */
const operationsView = ({ first, more }: NonNullable<KeptView['operations']>): Html =>
  html`<h2>${texts.operations}</h2>
    ${table(
      texts.operations,
      [texts.operation, texts.about, texts.answer],
      first.map((each) => [
        html`<code>${operationOf(each)}</code>`,
        each.name ?? '–',
        each.detail === null ? `${each.status}` : `${each.status}: ${each.detail}`,
      ]),
    )}
    ${more > 0 && html`<p>${texts.moreOperations(more)}</p>`}`;

function contentView({ body, bodyState, isErased }: KeptView): Html {
  if (isErased) return html`<p>${texts.contentErased}</p>`;
  return html`<p class="hint">${texts.contentStates[bodyState]}</p>
    ${body !== undefined && html`<pre class="code">${JSON.stringify(body, null, 2)}</pre>`}`;
}

const hasChanges = ({ differences, moved }: Change): boolean =>
  differences.length > 0 || (moved !== null && moved.added + moved.removed > 0);

/** Attributes before and after, and who came and went. */
const changesView = ({ differences, moved }: Change): Html =>
  html`${
    differences.length > 0 &&
    table(
      texts.changes,
      [texts.attribute, texts.before, texts.after],
      inWords(differences).map(({ label, before, after }) => [label, before, after]),
    )
  }${moved && movedLines(moved).map((line) => html`<p>${line}</p>`)}`;

/** What a replay would do, and the button that does it. */
export function replayView(place: Place, { request, effect, changedSince, token }: Preview, fault?: Fault): Html {
  const back = `${requestsPath(place)}/${request.id}`;
  return html`${alertOf(fault, [])}
    <p>${texts.replayIntro}</p>
    ${facts([
      [texts.request, html`<code>${request.method} ${request.target}</code>`],
      [texts.time, time(request.at)],
      [texts.about, aboutWhom(place, request)],
      ...(changedSince === null ? [] : [[texts.changedSince, time(changedSince)] as const]),
    ])}
    ${effectView(request, effect)}
    ${
      token === null
        ? html`<p class="actions"><a class="button quiet" href="${back}">${shared.cancel}</a></p>`
        : form(
            place.csrf,
            `${back}/replay`,
            html`<input type="hidden" name="effect" value="${token}" />
              <div class="actions">
                <button class="danger">${texts.replayButton}</button>
                <a class="button quiet" href="${back}">${shared.cancel}</a>
              </div>`,
          )
    }`;
}

function effectView({ subject, name }: KeptView, effect: Preview['effect']): Html {
  const { refusal, status, became, putOut } = effect;
  if (refusal) {
    return html`<div class="notice">
      <p>${texts.replayRefused}</p>
      <p>${answerOf({ status, scimType: refusal.scimType })} ${refusal.detail}</p>
    </div>`;
  }
  if (changesNothing(effect)) return empty(texts.replayNothing);
  const called = subject?.name ?? name ?? '';
  const deletes = subject?.type === 'Group' ? texts.replayDeletesGroup(called) : texts.replayDeletes(called);
  const says = { created: texts.replayCreates, changed: texts.replayChanges, deleted: deletes }[became ?? 'changed'];
  return html`<div class="notice">
      <p>${says}</p>
      ${putOut > 0 && html`<p>${texts.replayPutsOut(putOut)}</p>`}
    </div>
    ${changesView(effect)}`;
}
