import { html, type Html } from '../../platform/http/pages/html.ts';
import type { Entitlement } from '../../users/entitlement/entitlement.ts';
import { registrationOf } from '../../users/lifecycle/registration.ts';
import type { UserLine } from '../../users/list.ts';
import { shownTier } from '../../users/trial/tier.ts';
import { buttonForm, field } from '../forms.ts';
import type { Place } from '../guard.ts';
import { badge, empty, paging, table, time } from '../parts.ts';
import { registrations, texts as shared } from '../texts.ts';
import { becauseText, texts } from './texts.ts';

interface PeopleView {
  place: Place;
  search: string;
  paged: boolean;
  users: readonly UserLine[];
  more: boolean;
  rights: ReadonlyMap<string, Entitlement>;
  departures: readonly { domain: string; people: number; at: number }[];
}

/** The registration of a person as a badge. */
export function registrationBadge(user: Pick<UserLine, 'joinedAt'>, right: Entitlement | undefined): Html {
  const { text, tone } = registrations[registrationOf(user, right?.because ?? [])];
  return badge(text, tone);
}

export const tierBadge = (right: Entitlement | undefined): Html =>
  right?.tier ? badge(shownTier(right) ?? '', 'good') : badge(shared.noAccess, 'bad');

export const whyList = (right: Entitlement | undefined): Html =>
  html`<ul class="plain">
    ${right?.because.map((reason) => html`<li>${becauseText(reason)}</li>`)}
  </ul>`;

/** The people of an account, fifty a page, with tier and why. */
export function peopleView({ place, search, paged, users, more, rights, departures }: PeopleView): Html {
  const path = `${place.base}/people`;
  const invite = `${place.base}/invitations`;
  const isTeam = place.account.type === 'Team';
  const left = departures.map(
    ({ domain, people, at }) => html`<p class="flash warn">${texts.departed(people, domain)} ${time(at)}.</p>`,
  );
  const finder = html`${left}
    ${
      isTeam &&
      html`<p class="actions"><a class="button" href="${invite}">${texts.invite}</a></p>
        <br />`
    }
    <form method="get" action="${path}" role="search">
      ${field({ name: 'search', label: texts.search, value: search, hint: texts.searchHint, type: 'search', maxlength: 320, exact: true })}
      <div class="actions">
        <button class="quiet">${texts.searchButton}</button
        >${search !== '' && html`<a class="button quiet" href="${path}">${texts.all}</a>`}
      </div>
    </form>
    <br />`;
  if (users.length === 0) {
    if (search !== '' || paged) return html`${finder}${empty(texts.nobody)}`;
    if (isTeam) return html`${left} ${empty(html`${texts.noneTeam} <a href="${invite}">${texts.invite}</a>.`)}`;
    if (place.account.type === 'EnterpriseLWA') return empty(texts.noneEnterprise);
    if (place.account.type === 'EnterpriseDirectory')
      return empty(html`${texts.noneDirectory} <a href="${place.base}/directory">${texts.noneDirectoryLink}</a>.`);
    return empty(html`${texts.none} <a href="${place.base}/connection">${texts.noneLink}</a>.`);
  }
  const next = more ? users.at(-1)?.id : undefined;
  return html`${finder}
  ${table(
    texts.caption,
    [texts.name, texts.address, texts.registration, texts.tier, texts.why, texts.lastSeen, shared.actions],
    users.map((user) => lineOf(place, user, rights.get(user.id))),
  )}
  ${paging(path, { search }, 'after', next, paged)}`;
}

const lineOf = ({ base, csrf }: Place, user: UserLine, right: Entitlement | undefined): Html[] => [
  html`<a href="${base}/people/${user.id}">${user.displayName || user.userName}</a>`,
  html`${user.primaryAddress}`,
  registrationBadge(user, right),
  tierBadge(right),
  whyList(right),
  time(user.lastActiveAt),
  buttonForm(csrf, `${base}/people/${user.id}/sign-out`, texts.signOut, 'quiet', user.primaryAddress),
];
