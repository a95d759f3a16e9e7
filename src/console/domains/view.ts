import type { Domain } from '../../accounts/domains/domain.entity.ts';
import { isRemoved } from '../../accounts/domains/domains.ts';
import { toUnicodeDomain } from '../../accounts/domains/name.ts';
import type { Outcome } from '../../accounts/domains/verify.ts';
import type { TxtAnswer } from '../../platform/dns/txt.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, buttonForm, type Fault, field, form } from '../forms.ts';
import type { Place } from '../guard.ts';
import { badge, copyable, empty, facts, table, time } from '../parts.ts';
import { texts } from './texts.ts';

/** What a look-up on demand gave, for the page that answers it. */
export interface Looked {
  domainId: string;
  answer: TxtAnswer;
}

interface DomainsView {
  place: Place;
  domains: readonly Domain[];
  typed?: string;
  looked?: Looked | undefined;
  fault?: Fault;
}

export const outcomeText = (outcome: string | null): string =>
  outcome === null ? texts.notChecked : texts.outcomes[outcome as Outcome];

/** A domain as people write it; the A-labels beside it where they differ. */
export const shownDomain = (name: string): string => {
  const unicode = toUnicodeDomain(name);
  return unicode === name ? name : `${unicode} (${name})`;
};

/** The claims of an account, each with its record and state, and the form for another. */
export const domainsView = ({ place, domains, typed = '', looked, fault }: DomainsView): Html =>
  html`${alertOf(fault, ['domain'])}
    ${
      domains.length === 0
        ? empty(texts.none)
        : domains.map((domain) => claimView(place, domain, looked?.domainId === domain.id ? looked.answer : undefined))
    }
    <h2>${texts.claim}</h2>
    ${form(
      place.csrf,
      `${place.base}/domains`,
      html`${field({ name: 'domain', label: texts.domain, value: typed, hint: texts.claimHint, fault, required: true, maxlength: 320, exact: true })}
        <div class="actions"><button>${texts.claimButton}</button></div>`,
    )}`;

function claimView({ base, csrf }: Place, domain: Domain, answer: TxtAnswer | undefined): Html {
  const { text, tone } = texts.states[domain.state];
  const path = `${base}/domains/${domain.id}`;
  return html`<section class="panel" aria-labelledby="domain-${domain.id}">
    <div class="head">
      <h2 id="domain-${domain.id}">${shownDomain(domain.name)}</h2>
      ${badge(text, tone)}
    </div>
    ${isRemoved(domain) ? html`<p>${texts.removing}</p>` : heldView({ domain, path, csrf, answer })}
  </section>`;
}

interface HeldView {
  domain: Domain;
  path: string;
  csrf: string;
  answer: TxtAnswer | undefined;
}

/** The record of a claim, what DNS says of it, and what can be done. */
const heldView = ({ domain, path, csrf, answer }: HeldView): Html =>
  html` <p>${domain.state === 'verified' ? texts.keepRecord : texts.record}</p>
    ${facts([
      [texts.recordName, copyable(domain.recordName)],
      [texts.recordValue, copyable(domain.recordValue)],
      [texts.checked, time(domain.checkedAt)],
      [texts.said, outcomeText(domain.lastOutcome)],
      ...(domain.verifiedAt === null ? [] : [[texts.verifiedAt, time(domain.verifiedAt)] as const]),
    ])}
    ${domain.absentChecks > 0 && html`<p class="flash warn">${texts.absent(domain.absentChecks)}</p>`}
    ${answer && serversView(answer)}
    <div class="actions">
      ${buttonForm(csrf, `${path}/verify`, texts.verify, 'main', domain.name)}
      <a class="button quiet" href="${path}/remove"
        >${texts.remove}<span class="visually-hidden"> ${domain.name}</span></a
      >
    </div>`;

const serversView = ({ asked }: TxtAnswer): Html =>
  html`<h3>${texts.servers}</h3>
    ${table(
      texts.servers,
      [texts.server, texts.role, texts.answer],
      asked.map(({ server, role, result, values }) => [
        html`<code>${server}</code>`,
        texts.roles[role],
        html`${texts.results[result]} ${values.map((value) => html`<code>${value.slice(0, 300)}</code> `)}`,
      ]),
    )}`;
