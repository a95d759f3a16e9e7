import type { Directory } from '../../directory/ldap/directory.entity.ts';
import type { HeldLine, Shown } from '../../directory/ldap/sync/approve.ts';
import type { Following } from '../../directory/ldap/sync/status.ts';
import {
  approveSays,
  failureText,
  followingWords,
  heldText,
  missingText,
  problemText,
} from '../../directory/ldap/sync/texts.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, buttonForm, type Fault, form } from '../forms.ts';
import type { Place } from '../guard.ts';
import { badge, empty, facts, paging, table, time } from '../parts.ts';
import { texts as shared } from '../texts.ts';
import { texts } from './texts.ts';

/** How the following of a connected directory goes, and what an administrator has to do about it. */
export function followingView({ base, csrf }: Place, directory: Directory, following: Following): Html {
  const { word, state, counts, waiting, approved, problems } = following;
  const at = `${base}/directory/${directory.id}`;
  const { text, tone } = followingWords[word];
  const waits = waiting.entry + waiting.member;
  const failing = state !== null && state.failingSince !== null;
  return html`<section class="panel" aria-labelledby="following">
    <div class="head">
      <h2 id="following">${texts.following}</h2>
      ${badge(text, tone)}
    </div>
    ${failing && html`<p class="flash bad">${failureText(state.errorCode)}</p>`}
    ${word === 'notFollowed' && html`<p class="flash bad">${texts.notFollowed}</p>`}
    ${
      waits > 0 &&
      html`<div class="flash warn">
        <p><strong>${heldText(waits)}</strong></p>
        <p><a href="${at}/held">${texts.held}</a></p>
      </div>`
    }
    ${approved > 0 && html`<p class="flash warn">${texts.approvedWaiting(approved)}</p>`}
    ${facts([
      [texts.lastRead, time(state?.readAt ?? null)],
      [texts.lastWhole, html`${time(state?.fullAt ?? null)}${texts.took(state?.fullMs ?? null)}`],
      [texts.counts, texts.countsOf(counts.people, counts.groups)],
      ...(failing
        ? [
            [texts.failingSince, time(state.failingSince)] as const,
            [texts.detail, html`<code>${state.errorCode}</code> ${state.errorDetail ?? ''}`] as const,
          ]
        : []),
    ])}
    ${problems.length > 0 && problemsView(base, problems)}
    <div class="actions">${buttonForm(csrf, `${at}/read`, texts.readNow)}</div>
  </section>`;
}

const problemsView = (base: string, problems: Following['problems']): Html =>
  html`<h3>${texts.problems}</h3>
    ${table(
      texts.problems,
      [texts.reason, texts.entries, texts.first, texts.todo],
      problems.map((problem) => {
        const { why, todo } = problemText(problem);
        const more = problem.count > problem.names.length && problem.names.length > 0 ? ', …' : '';
        return [
          why,
          problem.count,
          html`${problem.names.join(', ')}${more}`,
          problem.domain === null ? todo : html`<a href="${base}/domains">${todo}</a>`,
        ];
      }),
    )}
    <p class="hint">${texts.problemsNote}</p>`;

interface HeldView {
  place: Place;
  directory: Directory;
  held: readonly HeldLine[];
  /** All whom an approval now lets go. */
  shown: Shown;
  /** All who wait, and are not let go yet. */
  waiting: number;
  /** All on the list. */
  total: number;
  from: number;
  next: number | undefined;
  fault?: Fault;
}

/** Whom a read would have put out because something was not returned, and the way to let it go on. */
export function heldView({ place, directory, held, shown, waiting, total, from, next, fault }: HeldView): Html {
  const { base, csrf } = place;
  const at = `${base}/directory/${directory.id}`;
  const back = html`<p><a href="${at}">${texts.backTo(directory.name)}</a></p>`;
  if (total === 0) return html`${alertOf(fault, [])} ${empty(texts.heldNone)} ${back}`;
  return html`${alertOf(fault, [])}
  ${
    waiting > 0 &&
    html`<div class="notice">${approveSays(waiting).map((line) => html`<p>${line}</p>`)}</div>
      ${form(
        csrf,
        `${at}/held`,
        html`<input type="hidden" name="shown" value="${shown.digest}" />
          <div class="actions">
            <button class="danger">${texts.approveButton(waiting)}</button>
            <a class="button quiet" href="${at}">${shared.cancel}</a>
          </div>`,
      )}`
  }
  ${total > waiting && html`<p class="flash warn">${texts.approvedWaiting(total - waiting)}</p>`}
  ${table(
    texts.heldCaption,
    [texts.person, texts.missing, texts.waitsSince],
    held.map(({ userId, address, displayName, missing, since, approved }) => [
      html`<a href="${base}/people/${userId}">${displayName || address}</a>
        ${displayName && displayName !== address ? html`<br /><span class="muted">${address}</span>` : ''}`,
      html`${missingText[missing]} ${approved && badge(texts.approved, 'warn')}`,
      time(since),
    ]),
  )}
  ${paging(`${at}/held`, {}, 'from', next === undefined ? undefined : String(next), from > 0)} ${back}`;
}
