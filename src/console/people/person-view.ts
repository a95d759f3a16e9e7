import { tiers, tiersByGroup } from '../../accounts/accounts/types.ts';
import { deviceName } from '../../auth/pages/device.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { buttonForm, form, select } from '../forms.ts';
import type { Place } from '../guard.ts';
import { badge, facts, table, time } from '../parts.ts';
import { noReceipts, receiptsTable } from '../receipts/view.ts';
import { personFactorsView } from '../second-factor/view.ts';
import { texts as shared } from '../texts.ts';
import type { Person } from './person.ts';
import { texts } from './texts.ts';
import { whyView } from './why-view.ts';
import { registrationBadge, tierBadge, whyList } from './view.ts';

const muted = (text: string): Html => html`<p class="muted">${text}</p>`;

export const nameOf = ({ user }: Person): string => user.displayName || user.userName;

/** A person: their right and its reasons, what the directory says, what they hold, what was ended. */
export function personView(place: Place, person: Person): Html {
  const { user, right } = person;
  // Where no directory says who belongs, what directories say is no part of the page.
  const byDirectory = tiersByGroup(place.account.type);
  return html`${facts([
      [texts.registration, registrationBadge(user, right)],
      [texts.tier, tierBadge(right)],
      [texts.why, whyList(right)],
      [texts.address, user.primaryAddress],
      [texts.userName, user.userName],
      ...(byDirectory ? [[texts.externalId, user.externalId ?? shared.none] as const] : []),
      ...(person.invitedAt === null ? [] : [[texts.invited, time(person.invitedAt)] as const]),
      [texts.joined, time(user.joinedAt)],
      [texts.lastSeen, time(user.lastActiveAt)],
      [texts.pushed, time(user.createdAt)],
      [texts.userId, html`<code>${user.id}</code>`],
    ])}
    ${actionsView(place, person)} ${whyView(person.why)} ${devicesView(person)}
    ${personFactorsView(`${place.base}/people/${user.id}`, person)} ${causesView(place, person)}
    ${(byDirectory || person.groups.length > 0) && groupsView(place, person)} ${addressesView(person)}
    ${(byDirectory || person.identities.length > 0) && identitiesView(place, person)}
    <h2>${texts.receipts}</h2>
    ${person.receipts.length === 0 ? muted(noReceipts) : receiptsTable(place, person.receipts)}`;
}

function actionsView(place: Place, person: Person): Html {
  const { base, csrf } = place;
  const { user, causes, removable, suspendable } = person;
  const path = `${base}/people/${user.id}`;
  const suspended = causes.some(({ cause }) => cause === 'administrator');
  return html`<div class="actions">
      ${buttonForm(csrf, `${path}/sign-out`, texts.signOut)}
      ${
        suspended
          ? buttonForm(csrf, `${path}/activate`, texts.activate)
          : suspendable && html`<a class="button quiet" href="${path}/suspend">${texts.suspend}</a>`
      }
      ${removable && html`<a class="button quiet" href="${path}/remove">${texts.remove}</a>`}
    </div>
    ${!suspendable && muted(texts.noSuspending)}
    ${!removable && muted(place.account.type === 'EnterpriseLWA' ? texts.noRemovingHere : texts.noRemoving)}
    ${licenceView(place, person)}`;
}

/** The tier that counts where it is given by hand; elsewhere, where to change it. */
function licenceView({ base, csrf, account }: Place, { user }: Person): Html {
  if (tiersByGroup(account.type)) {
    return html`<p class="muted">${texts.byGroups} <a href="${base}/groups">${texts.byGroupsLink}</a>.</p>`;
  }
  const choices = tiers.map((tier) => ({ value: tier, text: tier }));
  return form(
    csrf,
    `${base}/people/${user.id}/licence`,
    html`${select({ name: 'licence', label: texts.licence, choices, value: user.licence })}
      <div class="actions"><button class="quiet">${texts.licenceButton}</button></div>`,
  );
}

const devicesView = ({ devices }: Person): Html =>
  html`<h2>${texts.devices}</h2>
    ${
      devices.length === 0
        ? muted(texts.noDevices)
        : table(
            texts.devices,
            [texts.device, texts.from, texts.begun, texts.seen, texts.expires],
            devices.map((session) => [
              deviceName(session.userAgent),
              session.clientAddress,
              time(session.createdAt),
              time(session.lastSeenAt),
              time(session.expiresAt),
            ]),
          )
    }`;

const causesView = ({ base }: Place, { causes }: Person): Html =>
  html`<h2>${texts.causes}</h2>
    ${
      causes.length === 0
        ? muted(texts.noCauses)
        : table(
            texts.causes,
            [texts.cause, texts.since, texts.by],
            causes.map(({ cause, since, administrator, directory }) => [
              directory ? texts.directoryNos[directory.why] : texts.causeNames[cause],
              time(since),
              directory
                ? html`<a href="${base}/directory/${directory.directoryId}">${directory.name}</a>`
                : (administrator ?? (cause === 'directory' ? texts.theDirectory : texts.anAdministrator)),
            ]),
          )
    }`;

const groupsView = ({ account }: Place, { groups }: Person): Html =>
  html`<h2>${texts.groups}</h2>
    ${
      groups.length === 0
        ? muted(account.type === 'EnterpriseDirectory' ? texts.noDirectoryGroups : texts.noGroups)
        : html`<ul class="plain">
            ${groups.map(({ groupName, tier }) => html`<li>${groupName} ${tier ? badge(tier, 'good') : badge(texts.noTier)}</li>`)}
          </ul>`
    }`;

const addressesView = ({ user, addresses, otherAddresses }: Person): Html =>
  html`<h2>${texts.addresses}</h2>
    <ul class="plain">
      <li>${user.primaryAddress} ${badge(texts.primary, 'good')}</li>
      ${addresses
        .filter(({ value }) => value !== user.primaryAddress)
        .map(({ value, type }) => html`<li>${value} ${type && html`(${type}) `}${badge(texts.otherAddress)}</li>`)}
      ${otherAddresses?.map((others) => html`<li>${texts.others(others)} ${others.signsIn ? badge(texts.othersIn, 'good') : badge(texts.othersNot, 'warn')}</li>`)}
    </ul>`;

const identitiesView = ({ base, csrf }: Place, { user, identities }: Person): Html =>
  html`<h2>${texts.identities}</h2>
    ${
      identities.length === 0
        ? muted(texts.noIdentities)
        : table(
            texts.identities,
            [texts.issuer, texts.subject, texts.linked, shared.actions],
            identities.map(({ id, issuer, subject, createdAt }) => [
              html`<code>${issuer}</code>`,
              html`<code>${subject}</code>`,
              time(createdAt),
              buttonForm(csrf, `${base}/people/${user.id}/identities/${id}/unlink`, texts.unlink, 'quiet', subject),
            ]),
          )
    }`;
