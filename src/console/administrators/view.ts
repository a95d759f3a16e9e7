import type { Administrator } from '../../access/administrators/administrator.entity.ts';
import { type Factors, hasFactor } from '../../auth/credentials/factors/factors.ts';
import type { Organisation } from '../../accounts/organisations/organisation.entity.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, type Fault, field, form } from '../forms.ts';
import { badge, copyable, facts, table, time } from '../parts.ts';
import { administratorsPath } from '../paths.ts';
import { texts as shared } from '../texts.ts';
import { texts } from './texts.ts';

export interface Listed {
  administrator: Administrator;
  factors: Factors;
}

interface ListView {
  organisation: Organisation;
  listed: readonly Listed[];
  /** Who looks. */
  you: string;
}

const to = (id: string, verb: string, label: string, about: string): Html =>
  html`<a href="${administratorsPath}/${id}/${verb}">${label}<span class="visually-hidden"> ${about}</span></a>`;

/** Everybody who runs the organisation. */
export const administratorsView = ({ organisation, listed, you }: ListView): Html =>
  html`<p>${texts.intro}</p>
    ${table(
      texts.title,
      [texts.userName, texts.state, texts.factor, texts.lastSeen, shared.actions],
      listed.map((one) => line(one, you)),
    )}
    <div class="actions"><a class="button" href="${administratorsPath}/new">${texts.invite}</a></div>
    <h2>${texts.policy}</h2>
    <p>${organisation.secondFactorSince === null ? texts.optional : texts.required}</p>
    <div class="actions">
      ${
        organisation.secondFactorSince === null
          ? html`<a class="button quiet" href="${administratorsPath}/require-factor">${texts.require}</a>`
          : html`<a class="button quiet" href="${administratorsPath}/relax-factor">${texts.relax}</a>`
      }
    </div>`;

function line({ administrator, factors }: Listed, you: string): (Html | string)[] {
  const { id, userName, passwordHash, lastActiveAt } = administrator;
  const invited = passwordHash === null;
  return [
    html`${userName} ${id === you && badge(texts.you, 'good')}`,
    invited ? badge(texts.invited, 'warn') : badge(texts.active, 'good'),
    factorNames(factors),
    time(lastActiveAt),
    html`<ul class="plain">
      ${invited && html`<li>${to(id, 'link', texts.newLink, userName)}</li>`}
      ${!invited && id !== you && html`<li>${to(id, 'reset', texts.reset, userName)}</li>`}
      <li>${to(id, 'remove', texts.remove, userName)}</li>
    </ul>`,
  ];
}

const factorNames = (factors: Factors): string =>
  hasFactor(factors)
    ? [factors.passkeys.length > 0 ? texts.passkeys(factors.passkeys.length) : '', factors.totp ? texts.totp : '']
        .filter(Boolean)
        .join(', ')
    : shared.none;

export const inviteView = (csrf: string, typed: string, fault: Fault): Html =>
  html`${alertOf(fault, ['userName'])}
    <p>${texts.inviteSays}</p>
    ${form(
      csrf,
      `${administratorsPath}/new`,
      html`${field({ name: 'userName', label: texts.userName, value: typed, hint: texts.inviteHint, fault, required: true, maxlength: 64, exact: true })}
        <div class="actions">
          <button>${texts.inviteButton}</button
          ><a class="button quiet" href="${administratorsPath}">${shared.cancel}</a>
        </div>`,
    )}`;

/** The answer on which a link is shown, once. */
export const linkView = (userName: string, link: string): Html =>
  html`<p class="flash warn" role="alert">${texts.linkWarning}</p>
    ${facts([
      [texts.userName, userName],
      [texts.link, copyable(link)],
    ])}
    <p class="actions"><a class="button" href="${administratorsPath}">${texts.linkBack}</a></p>`;

interface RemoveView {
  csrf: string;
  administrator: Administrator;
  self: boolean;
  sessions: number;
  fault?: Fault;
}

/** Asks before somebody is removed; before oneself is, the name has to be typed. */
export const removeView = ({ csrf, administrator, self, sessions, fault }: RemoveView): Html =>
  html`${alertOf(fault, ['typed'])}
    <div class="notice"><p>${self ? texts.removeSelfSays : texts.removeSays(sessions)}</p></div>
    ${form(
      csrf,
      `${administratorsPath}/${administrator.id}/remove`,
      html`${self && field({ name: 'typed', label: texts.removeTyped, fault, required: true, maxlength: 64, exact: true })}
        <div class="actions">
          <button class="danger">${texts.removeButton}</button>
          <a class="button quiet" href="${administratorsPath}">${shared.cancel}</a>
        </div>`,
    )}`;
