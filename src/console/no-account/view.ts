import { html, type Html } from '../../platform/http/pages/html.ts';
import type { Entitlement } from '../../users/entitlement/entitlement.ts';
import type { UserCause } from '../../users/lifecycle/cause.entity.ts';
import type { UserLine } from '../../users/list.ts';
import { alertOf, type Fault, field, form } from '../forms.ts';
import { empty, paging, table, time } from '../parts.ts';
import { noAccountPath } from '../paths.ts';
import { registrationBadge, tierBadge } from '../people/view.ts';
import { texts as people } from '../people/texts.ts';
import { texts as shared } from '../texts.ts';
import { texts } from './texts.ts';

interface ListView {
  search: string;
  paged: boolean;
  users: readonly UserLine[];
  more: boolean;
  rights: ReadonlyMap<string, Entitlement>;
  causes: ReadonlyMap<string, UserCause>;
}

/** The people who are in no account, fifty a page. */
export function noAccountView({ search, paged, users, more, rights, causes }: ListView): Html {
  const finder = html`<p>${texts.intro}</p>
    <form method="get" action="${noAccountPath}" role="search">
      ${field({ name: 'search', label: people.search, value: search, hint: people.searchHint, type: 'search', maxlength: 320, exact: true })}
      <div class="actions">
        <button class="quiet">${people.searchButton}</button
        >${search !== '' && html`<a class="button quiet" href="${noAccountPath}">${people.all}</a>`}
      </div>
    </form>
    <br />`;
  if (users.length === 0) return html`${finder}${empty(search !== '' || paged ? texts.nobody : texts.none)}`;
  const line = (user: UserLine): Html[] => {
    const cause = causes.get(user.id);
    const [verb, label] = cause ? ['activate', texts.activate] : ['suspend', texts.suspend];
    return [
      html`${user.primaryAddress}${user.displayName && html`<br /><span class="muted">${user.displayName}</span>`}`,
      registrationBadge(user, rights.get(user.id)),
      tierBadge(rights.get(user.id)),
      cause ? html`${cause.reason}<br />${time(cause.since)}` : html`${shared.none}`,
      time(user.lastActiveAt),
      html`<a href="${noAccountPath}/${user.id}/${verb}"
        >${label}<span class="visually-hidden"> ${user.primaryAddress}</span></a
      >`,
    ];
  };
  const heads = [people.address, people.registration, people.tier, texts.reason, people.lastSeen];
  return html`${finder} ${table(texts.caption, [...heads, shared.actions], users.map(line))}
  ${paging(noAccountPath, { search }, 'after', more ? users.at(-1)?.id : undefined, paged)}`;
}

interface SuspendView {
  csrf: string;
  userId: string;
  /** What was typed. */
  reason?: string;
  fault?: Fault;
}

/** Asks before somebody is suspended, and why. */
export const suspendView = ({ csrf, userId, reason = '', fault }: SuspendView): Html =>
  html`${alertOf(fault, ['reason'])}
    <div class="notice">${texts.suspendSays.map((says) => html`<p>${says}</p>`)}</div>
    ${form(
      csrf,
      `${noAccountPath}/${userId}/suspend`,
      html`${field({ name: 'reason', label: texts.reasonLabel, value: reason, hint: texts.reasonHint, fault, required: true, maxlength: 500 })}
        <div class="actions">
          <button class="danger">${texts.suspendButton}</button>
          <a class="button quiet" href="${noAccountPath}">${shared.cancel}</a>
        </div>`,
    )}`;
