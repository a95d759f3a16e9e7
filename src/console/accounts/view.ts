import { tiers, tiersByGroup } from '../../accounts/accounts/types.ts';
import type { Account } from '../../accounts/accounts/account.entity.ts';
import type { Trouble } from '../../directory/ldap/sync/status.ts';
import { heldText } from '../../directory/ldap/sync/texts.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import type { AccountCounts } from '../../users/summary.ts';
import { alertOf, type Fault, field, form, select } from '../forms.ts';
import type { Place } from '../guard.ts';
import { texts as factorTexts } from '../second-factor/texts.ts';
import { policyView } from '../second-factor/view.ts';
import { badge, empty, facts, table, time } from '../parts.ts';
import { accountTypes } from '../texts.ts';
import type { Step } from './progress.ts';
import { texts } from './texts.ts';

interface ListView {
  csrf: string;
  accounts: readonly Account[];
  deleted: readonly Account[];
  counts: ReadonlyMap<string, AccountCounts>;
  /** What is wrong with their directories. */
  troubles: readonly Trouble[];
  typed?: string;
  fault?: Fault;
}

/** The accounts of the organisation, and the form for another. */
export const accountsView = ({ csrf, accounts, deleted, counts, troubles, typed = '', fault }: ListView): Html =>
  html`${alertOf(fault, ['name'])}
    ${
      accounts.length === 0
        ? empty(texts.none)
        : table(
            texts.caption,
            [texts.name, texts.type, texts.people, texts.domains],
            accounts.map((account) =>
              lineOf(
                account,
                counts.get(account.id),
                troubles.filter(({ accountId }) => accountId === account.id),
              ),
            ),
          )
    }
    <h2>${texts.create}</h2>
    ${form(
      csrf,
      '/console/accounts',
      html`${field({ name: 'name', label: texts.name, value: typed, hint: texts.createHint, fault, required: true, maxlength: 200 })}
        <div class="actions"><button>${texts.createButton}</button></div>`,
    )}
    ${deleted.length > 0 && deletedView(deleted)}`;

const deletedView = (deleted: readonly Account[]): Html =>
  html`<h2>${texts.deleted}</h2>
    ${table(
      texts.deletedCaption,
      [texts.name, texts.accountId, texts.deletedAt, texts.erasedAt],
      deleted.map(({ id, name, deletedAt, eraseAfter }) => [
        name,
        html`<code>${id}</code>`,
        time(deletedAt),
        time(eraseAfter),
      ]),
    )}`;

const lineOf = (
  { id, name, type }: Account,
  counts: AccountCounts | undefined,
  troubles: readonly Trouble[],
): (Html | string | number)[] => [
  html`<a href="/console/accounts/${id}">${name}</a> ${troubles.map(({ kind }) => troubleBadge(kind))}`,
  accountTypes[type],
  counts?.people ?? 0,
  texts.domainCount(counts?.domains ?? 0, counts?.verified ?? 0),
];

const troubleBadge = (kind: Trouble['kind']): Html =>
  kind === 'failing' ? badge(texts.directoryFails, 'bad') : badge(texts.directoryWaits, 'warn');

/** Said above everything else of an account: its directory fails, or waits for an administrator. */
const troubleView = (base: string, { kind, directoryId, people, since }: Trouble): Html =>
  kind === 'failing'
    ? html`<p class="flash bad">
        <a href="${base}/directory/${directoryId}">${texts.directoryFailing}</a> ${texts.since} ${time(since)}.
        ${texts.directoryFailingNote}
      </p>`
    : html`<p class="flash warn">
        ${heldText(people)} <a href="${base}/directory/${directoryId}/held">${texts.directoryHeld}</a>
      </p>`;

interface OverviewView {
  place: Place;
  counts: AccountCounts | undefined;
  steps: readonly Step[];
  troubles: readonly Trouble[];
  typed?: { name?: string; helpContact?: string };
  fault?: Fault;
}

/** An account at a glance: what is left to do, its numbers, its settings. */
export function overviewView({ place, counts, steps, troubles, typed = {}, fault }: OverviewView): Html {
  const { account, base, csrf } = place;
  return html`${alertOf(fault, ['name', 'helpContact', 'licence'])}
    ${troubles.map((trouble) => troubleView(base, trouble))}
    <section class="panel" aria-labelledby="left">
      <h2 id="left">${texts.left}</h2>
      ${steps.every(({ done }) => done) && html`<p>${texts.allDone}</p>`}
      <ol class="steps">
        ${steps.map(
          ({ name, done, path }) =>
            html`<li>
              <a href="${base}${path}">${texts.steps[name]}</a>
              ${done ? badge(texts.done, 'good') : badge(texts.open, 'warn')}
            </li>`,
        )}
      </ol>
      ${account.type === 'Team' && html`<p>${texts.teamNote} <a href="${base}/invitations">${texts.teamLink}</a>.</p>`}
      ${account.type === 'EnterpriseLWA' && html`<p>${texts.registeringNote}</p>`}
    </section>
    <h2>${texts.facts}</h2>
    ${facts([
      [texts.type, accountTypes[account.type]],
      [texts.people, html`<a href="${base}/people">${texts.peopleCount(counts?.people ?? 0)}</a>`],
      [
        texts.domains,
        html`<a href="${base}/domains">${texts.domainCount(counts?.domains ?? 0, counts?.verified ?? 0)}</a>`,
      ],
      [texts.created, time(account.createdAt)],
      [texts.accountId, html`<code>${account.id}</code>`],
    ])}
    <h2>${texts.settings}</h2>
    ${form(
      csrf,
      `${base}/name`,
      html`${field({ name: 'name', label: texts.rename, value: typed.name ?? account.name, fault, required: true, maxlength: 200 })}
        <div class="actions"><button class="quiet">${texts.renameButton}</button></div>`,
    )}
    <br />
    ${form(
      csrf,
      `${base}/contact`,
      html`${field({ name: 'helpContact', label: texts.contact, value: typed.helpContact ?? account.helpContact, hint: texts.contactHint, fault, maxlength: 320 })}
        <div class="actions"><button class="quiet">${texts.contactButton}</button></div>`,
    )}
    <br />
    ${
      !tiersByGroup(account.type) &&
      form(
        csrf,
        `${base}/licence`,
        html`${select({
            name: 'licence',
            label: texts.defaultLicence,
            choices: tiers.map((tier) => ({ value: tier, text: tier })),
            value: account.defaultLicence,
            hint: texts.defaultLicenceHint,
            fault,
          })}
          <div class="actions"><button class="quiet">${texts.defaultLicenceButton}</button></div>`,
      )
    }
    ${!tiersByGroup(account.type) && policyView(base, account.secondFactorSince !== null, { required: factorTexts.accountRequired, optional: factorTexts.accountOptional })}
    <hr />
    <p class="actions"><a class="button quiet" href="${base}/delete">${texts.remove}</a></p>`;
}
