import { html, type Html } from '../../platform/http/pages/html.ts';
import type { AccountDeletion } from '../../users/lifecycle/would-end.ts';
import { shownDomain } from '../domains/view.ts';
import { alertOf, type Fault, field, form } from '../forms.ts';
import type { Place } from '../guard.ts';
import { texts as shared } from '../texts.ts';
import { texts } from './texts.ts';

interface DeleteView {
  place: Place;
  deletion: AccountDeletion;
  keepDays: number;
  typed: string;
  fault: Fault;
}

/** What must go first, or what deleting does and erases, and the name to type. */
export function deleteView({ place, deletion, keepDays, typed, fault }: DeleteView): Html {
  const { base, account, csrf } = place;
  const { blockers, people } = deletion;
  if (blockers.domains.length > 0 || blockers.people > 0) {
    return html`${alertOf(fault, [])}
      <div class="notice">
        <p>${texts.removeFirst}</p>
        <ol>
          ${blockers.domains.length > 0 && html`<li><a href="${base}/domains">${texts.removeDomains(blockers.domains.map(shownDomain))}</a></li>`}
          ${blockers.people > 0 && html`<li><a href="${base}/people">${texts.removePeople(blockers.people)}</a></li>`}
        </ol>
      </div>
      <p class="actions"><a class="button quiet" href="${base}">${shared.cancel}</a></p>`;
  }
  const says = [...texts.removeSays(people), texts.removeErases(keepDays), texts.removeKeeps];
  return html`${alertOf(fault, ['confirmation'])}
    <div class="notice">${says.map((line) => html`<p>${line}</p>`)}</div>
    ${form(
      csrf,
      `${base}/delete`,
      html`${field({ name: 'confirmation', label: texts.removeConfirm, value: typed, hint: texts.removeConfirmHint(account.name), fault, required: true, maxlength: 200, exact: true })}
        <div class="actions">
          <button class="danger">${texts.removeButton}</button
          ><a class="button quiet" href="${base}">${shared.cancel}</a>
        </div>`,
    )}`;
}
