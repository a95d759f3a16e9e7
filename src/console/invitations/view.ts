import { html, type Html } from '../../platform/http/pages/html.ts';
import type { Invitation } from '../../users/invitations/invitation.entity.ts';
import { stateOf } from '../../users/invitations/invitations.ts';
import type { Invited } from '../../users/invitations/invite.ts';
import { alertOf, area, buttonForm, type Fault, form } from '../forms.ts';
import type { Place } from '../guard.ts';
import { badge, empty, paging, table, time } from '../parts.ts';
import { texts as shared } from '../texts.ts';
import { texts } from './texts.ts';

interface InvitationsView {
  place: Place;
  invitations: readonly Invitation[];
  more: boolean;
  paged: boolean;
  /** Whether there is a server that takes mail. */
  sendsMail: boolean;
  /** Principals' ids → names, of those who are known. */
  names: ReadonlyMap<string, string>;
  /** What became of the addresses that were just sent. */
  outcome?: readonly Invited[];
  typed?: string;
  fault?: Fault;
}

/** Who was invited, with what became of it, and the form for others; where there are none, why. */
export function invitationsView(view: InvitationsView): Html {
  const { place, invitations, more, paged, outcome } = view;
  const path = `${place.base}/invitations`;
  const isTeam = place.account.type === 'Team';
  const list = table(
    texts.caption,
    [texts.address, texts.status, texts.mail, texts.expires, shared.actions],
    invitations.map((invitation) => lineOf(view, invitation, isTeam)),
  );
  const next = more ? invitations.at(-1)?.id : undefined;
  return html`${outcome && outcomeView(outcome)} ${isTeam ? inviteForm(view) : notTeamView(place)}
    <h2>${texts.title}</h2>
    ${invitations.length === 0 ? empty(texts.none) : list} ${paging(path, {}, 'before', next, paged)}`;
}

const inviteForm = ({ place, sendsMail, typed = '', fault }: InvitationsView): Html =>
  html`${alertOf(fault, ['addresses'])} ${!sendsMail && html`<p class="flash warn">${texts.noMail}</p>`}
    <h2>${texts.invite}</h2>
    ${form(
      place.csrf,
      `${place.base}/invitations`,
      html`${area({ name: 'addresses', label: texts.addresses, value: typed, hint: texts.addressesHint, fault, rows: 4 })}
        <p class="muted">${texts.note(place.account.name, place.account.defaultLicence)}</p>
        <div class="actions"><button>${texts.button}</button></div>`,
    )}`;

function notTeamView({ base, account }: Place): Html {
  const [says, href, label] = {
    Team: [texts.enterprise, '/domains', texts.domainsLink],
    EnterpriseLWA: [texts.enterprise, '/domains', texts.domainsLink],
    EnterpriseOIDC: [texts.byDirectory, '/connection', texts.connectionLink],
    EnterpriseDirectory: [texts.byDirectory, '/directory', texts.directoryLink],
  }[account.type] as [string, string, string];
  return empty(html`${texts.notTeam} ${says} <a href="${base}${href}">${label}</a>.`);
}

/** Everything that was typed, with its answer: some may be invited while others are not. */
function outcomeView(outcome: readonly Invited[]): Html {
  const refused = outcome.filter(({ error }) => error !== null).length;
  return html`<div role="status">
      <p class="flash ${refused === 0 ? 'good' : 'warn'}">${texts.told(outcome.length - refused, refused)}</p>
    </div>
    ${
      refused > 0 &&
      html`<h2>${texts.outcome}</h2>
        ${table(
          texts.outcomeCaption,
          [texts.address, texts.status, texts.why],
          outcome.map(({ address, error }) => [
            address,
            error ? badge(texts.refused, 'bad') : badge(texts.invited, 'good'),
            error?.message ?? '–',
          ]),
        )}`
    }`;
}

/** So long an address may go on in a second line, after the @. */
const breakableFrom = 28;

function breakable(address: string): Html {
  const domain = address.lastIndexOf('@') + 1;
  if (address.length < breakableFrom) return html`${address}`;
  return html`${address.slice(0, domain)}<wbr />${address.slice(domain)}`;
}

/** What became of the last mail. */
function mailOf({ emailStatus, sentAt }: Invitation, sendsMail: boolean): Html | string {
  if (emailStatus === 'NotSent') return sendsMail ? texts.notSentYet : texts.notSent;
  const badgeOf = emailStatus === 'Failed' ? badge(texts.mails.Failed, 'bad') : texts.mails.Sent;
  return html`${badgeOf}${sentAt > 0 && html`, ${time(sentAt)}`}`;
}

function lineOf(
  { place: { base, csrf }, names, sendsMail }: InvitationsView,
  invitation: Invitation,
  isTeam: boolean,
): Html[] {
  const { id, address, acceptedBy, expiresAt, invitedBy } = invitation;
  const state = stateOf(invitation);
  const { text, tone } = texts.states[state];
  const path = `${base}/invitations/${id}`;
  // After it has come to something there is nothing to do about it.
  const isOver = state === 'accepted' || state === 'revoked';
  return [
    acceptedBy === null ? breakable(address) : html`<a href="${base}/people/${acceptedBy}">${breakable(address)}</a>`,
    badge(text, tone),
    html`${mailOf(invitation, sendsMail)}<br />${texts.by(names.get(invitedBy) ?? invitedBy)}`,
    time(expiresAt),
    isOver
      ? html``
      : html`<div class="actions">
          ${isTeam && buttonForm(csrf, `${path}/resend`, texts.resend, 'quiet', address)}
          ${buttonForm(csrf, `${path}/revoke`, texts.revoke, 'quiet', address)}
        </div>`,
  ];
}
