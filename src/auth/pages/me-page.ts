import { isNobodys } from '../../accounts/accounts/nobodys.ts';
import { iso } from '../../platform/clock/clock.ts';
import { csrfField } from '../../platform/http/csrf.ts';
import { asset } from '../../platform/http/pages/assets.ts';
import { type Html, html } from '../../platform/http/pages/html.ts';
import { page } from '../../platform/http/pages/layout.ts';
import type { UsedApplication } from '../provider/consents/consents.ts';
import { scopeText } from '../provider/texts.ts';
import type { Session } from '../sessions/session.entity.ts';
import { deviceName } from './device.ts';
import type { MeFacts } from './me-facts.ts';
import { offerPath } from './own/invitation-routes.ts';
import { ownTexts } from './own/texts.ts';
import { securityPath } from './security/frame.ts';
import { texts as security } from './security/texts.ts';
import type { Because } from '../../users/entitlement/entitlement.ts';
import { shownTier } from '../../users/trial/tier.ts';
import { becauseText, texts } from './texts.ts';
import { linksPath } from './upstream/paths.ts';

const script = asset(new URL('./assets/live.js', import.meta.url));
/** How soon a browser without scripts notices that a session is over. */
const reloadSeconds = 20;
const words = texts.me;

/**
 * The page of a person who is signed in.
 * @param here the session of the device that asks
 * @param csrf the token for its forms
 * @param done what was done just now
 */
export function mePage(facts: MeFacts, here: Session, csrf: string, done: string | undefined): Html {
  const { user, account, entitlement, addresses, devices, applications, invitations } = facts;
  const body = html`<h1>${words.title}</h1>
    ${done !== undefined && html`<p class="flash good" role="status">${done}</p>`}
    <p class="muted" id="connection" role="status" data-lost="${words.connectionLost}"></p>
    <dl class="facts">
      ${fact(words.name, html`${user.displayName ?? user.userName}`)}
      ${fact(
        words.addresses,
        html`${addresses.map(
          ({ value, primary }) =>
            html`<div>${value} ${primary && html`<span class="badge">${words.primary}</span>`}</div>`,
        )}`,
      )}
      ${fact(words.account, html`${account.name}`)}
      ${fact(words.tier, html`<span class="badge good">${shownTier(entitlement)}</span>`)}
      ${fact(words.why, html`${entitlement.because.map((because) => html`<div>${whyText(because, account.id)}</div>`)}`)}
    </dl>
    ${invitations.length > 0 && invitationsPart(invitations)}
    ${(facts.login !== null || facts.keepsCredentials || facts.isOwn) && ownPart(facts)}
    <h2 id="devices">${words.devices}</h2>
    <p>${words.devicesHint}</p>
    <div class="scroll stack">
      <table aria-labelledby="devices">
        <thead>
          <tr>
            ${[words.device, words.clientAddress, words.since, words.lastSeen, words.action].map(
              (heading) => html`<th scope="col">${heading}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${devices.map((device) => row(device, here, csrf))}
        </tbody>
      </table>
    </div>
    <div class="actions">
      ${button('/me/sign-out', csrf, words.signOutHere)}
      ${devices.length > 1 && button('/me/sign-out-elsewhere', csrf, words.signOutElsewhere)}
    </div>
    ${applications.length > 0 && applicationsPart(applications, csrf)} ${overPanel}`;
  return page({ title: words.title, body, scripts: [script], reloadWithoutScripts: reloadSeconds });
}

/** The teams that have invited the person; each page says what joining does. */
const invitationsPart = (invitations: MeFacts['invitations']): Html =>
  html`<h2>${words.invitations}</h2>
    ${invitations.map(
      ({ id, account }) =>
        html`<p>${words.invites(account)}</p>
          <p class="actions">
            <a class="button" href="${offerPath(id)}">${words.openInvitation(account)}</a>
          </p>`,
    )}`;

/** What people change about a sign-in that Carillon itself holds. */
const ownPart = ({ login, keepsCredentials, isOwn }: MeFacts): Html =>
  html`<h2>${ownTexts.me.part}</h2>
    <p class="actions">
      ${keepsCredentials && html`<a class="button quiet" href="${securityPath}">${security.link}</a>`}
      ${isOwn && html`<a class="button quiet" href="${linksPath}">${words.links}</a>`} ${login !== null && loginLinks}
    </p>`;

const loginLinks = html` <a class="button quiet" href="/me/password">${ownTexts.me.changePassword}</a>
  <a class="button quiet" href="/me/address">${ownTexts.me.changeAddress}</a>
  <a class="button quiet" href="/me/delete">${ownTexts.me.deleteAccount}</a>`;

/** What the person has opened with this sign-in, or agreed to, and may take back. */
const applicationsPart = (applications: readonly UsedApplication[], csrf: string): Html =>
  html`<h2 id="applications">${words.applications}</h2>
    <p>${words.applicationsHint}</p>
    <div class="scroll stack">
      <table aria-labelledby="applications">
        <thead>
          <tr>
            ${[words.application, words.isTold, words.agreed, words.takeBack].map(
              (heading) => html`<th scope="col">${heading}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${applications.map(
            ({ clientId, name, protocol, scopes, consentedAt }) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td data-label="${words.isTold}">
                  ${scopes.length > 0 ? scopes.map((scope) => html`<div>${scopeText(scope, protocol)}</div>`) : words.ownApplication}
                </td>
                <td data-label="${words.agreed}">${consentedAt === null ? words.notAsked : time(consentedAt)}</td>
                <td>
                  ${button(`/me/applications/${clientId}/revoke`, csrf, words.takeBack, words.takeBackFrom(name))}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;

/** What the script puts in place of the page; here, so that all words come from the server. */
const overPanel = html`<template id="over">
  <div role="alert">
    <h1 tabindex="-1">${texts.over.title}</h1>
    <p data-why></p>
  </div>
  <p class="actions"><a class="button" href="/">${texts.over.link}</a></p>
</template>`;

/** A reason; whoever is in no account has their tier from none. */
const whyText = (because: Because, accountId: string): string =>
  because.kind === 'assigned' && isNobodys({ accountId }) ? words.alone(because.tier) : becauseText(because);

const fact = (name: string, value: Html): Html =>
  html`<dt>${name}</dt>
    <dd>${value}</dd>`;

function row(device: Session, here: Session, csrf: string): Html {
  const isHere = device.id === here.id;
  const name = deviceName(device.userAgent);
  const label = words.signOutDevice(name, moment(device.createdAt));
  return html`<tr>
    <th scope="row">${name} ${isHere && html`<span class="badge good">${words.thisDevice}</span>`}</th>
    <td data-label="${words.clientAddress}">${device.clientAddress}</td>
    <td data-label="${words.since}">${time(device.createdAt)}</td>
    <td data-label="${words.lastSeen}">${isHere ? words.now : time(device.lastSeenAt)}</td>
    <td>${button(`/me/devices/${device.id}/sign-out`, csrf, words.signOut, label)}</td>
  </tr>`;
}

const button = (action: string, csrf: string, text: string, label?: string): Html =>
  html`<form method="post" action="${action}">
    <input type="hidden" name="${csrfField}" value="${csrf}" />
    <button class="quiet" type="submit" ${label !== undefined && html`aria-label="${label}"`}>${text}</button>
  </form>`;

const time = (at: number): Html => html`<time datetime="${iso(at)}">${moment(at)}</time>`;

const moment = (at: number): string => `${iso(at).slice(0, 16).replace('T', ' ')} UTC`;
