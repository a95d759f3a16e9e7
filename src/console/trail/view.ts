import type { Account } from '../../accounts/accounts/account.entity.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { presentRecord } from '../../trail/present.ts';
import type { TrailRecord } from '../../trail/record.entity.ts';
import { field, select } from '../forms.ts';
import { badge, empty, paging, table, time } from '../parts.ts';
import { texts } from './texts.ts';

/** What the page is filtered by, as it stands in its address. */
export interface Filter {
  eventName: string;
  account: string;
  kind: string;
}

export const trailPath = '/console/trail';
export const changesOnly = 'changes';

interface TrailView {
  accounts: readonly Account[];
  filter: Filter;
  records: readonly TrailRecord[];
  more: boolean;
  before: string;
  /** How far it is sealed and verified. */
  proof: Html;
}

const addressWith = (path: string, query: Record<string, string>): string =>
  `${path}?${new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()}`;

/** The trail as a table; each record opens to CloudTrail's JSON. */
export function trailView({ accounts, filter, records, more, before, proof }: TrailView): Html {
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  return html`<p>${texts.intro}</p>
    ${proof} ${filterView(accounts, filter)}
    ${
      records.length === 0
        ? empty(texts.none)
        : html`${table(
              texts.caption,
              [texts.time, texts.event, texts.who, texts.account, texts.from, texts.outcome],
              records.map((record) => lineOf(record, filter, names)),
            )}
            <p class="actions">
              <a href="${addressWith(`${trailPath}.json`, { ...filter, before })}">${texts.asJson}</a>
            </p>`
    }
    ${paging(trailPath, { ...filter }, 'before', more ? records.at(-1)?.id : undefined, before !== '')}`;
}

const filterView = (accounts: readonly Account[], { eventName, account, kind }: Filter): Html =>
  html`<form method="get" action="${trailPath}" aria-label="${texts.filter}">
      ${field({ name: 'eventName', label: texts.eventName, value: eventName, hint: texts.eventHint, maxlength: 64, exact: true })}
      <div class="row">
        ${select({ name: 'account', label: texts.account, value: account, choices: [{ value: '', text: texts.allAccounts }, ...accounts.map(({ id, name }) => ({ value: id, text: name }))] })}
        ${select({
          name: 'kind',
          label: texts.kind,
          value: kind,
          choices: [
            { value: '', text: texts.everything },
            { value: changesOnly, text: texts.changes },
          ],
        })}
      </div>
      <div class="actions">
        <button class="quiet">${texts.apply}</button>
        ${(eventName || account || kind) && html`<a class="button quiet" href="${trailPath}">${texts.clear}</a>`}
      </div>
    </form>
    <br />`;

const lineOf = (record: TrailRecord, filter: Filter, accounts: ReadonlyMap<string, string>) => ({
  cells: [
    time(record.eventTime),
    html`<a href="${addressWith(trailPath, { ...filter, eventName: record.eventName })}">${record.eventName}</a>`,
    record.identity.userName ?? record.identity.type,
    record.accountId === null ? '–' : (accounts.get(record.accountId) ?? record.accountId),
    record.sourceIpAddress,
    outcomeOf(record),
  ],
  below: html`<details>
    <summary>${texts.record}<span class="visually-hidden"> ${record.eventName} ${record.id}</span></summary>
    <pre class="code">${JSON.stringify(presentRecord(record), null, 2)}</pre>
  </details>`,
});

function outcomeOf({ errorCode, readOnly }: TrailRecord): Html {
  if (errorCode !== null) return badge(errorCode, 'bad');
  return readOnly ? badge(texts.read) : badge(texts.done, 'good');
}
