import type { Directory } from '../../directory/ldap/directory.entity.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, type Fault } from '../forms.ts';
import type { Place } from '../guard.ts';
import { badge, empty, facts, table, time } from '../parts.ts';
import { texts as shared } from '../texts.ts';
import { kindNames, texts } from './texts.ts';

interface ListView {
  place: Place;
  enterprise: boolean;
  /** Whether the account has its tiers from single sign-on. */
  otherSource: boolean;
  directories: readonly Directory[];
  fault?: Fault;
}

/** The directories of an account, and the way to another. */
export function listView({ place, enterprise, otherSource, directories, fault }: ListView): Html {
  const { base } = place;
  if (!enterprise && directories.length === 0) {
    return html`${alertOf(fault, [])}
    ${empty(html`${texts.needsDomain} <a href="${base}/domains">${texts.needsDomainLink}</a>.`)}`;
  }
  const someConnected = directories.some(({ connectedAt }) => connectedAt !== null);
  return html`${alertOf(fault, [])}
    <p>${texts.intro}</p>
    ${otherSource && html`<p class="notice">${texts.otherSource} <a href="${base}/connection">${texts.otherSourceLink}</a></p>`}
    ${
      directories.length === 0
        ? empty(texts.none)
        : table(
            texts.caption,
            [texts.name, texts.kind, texts.servers, texts.state, shared.actions],
            directories.map((directory) => [
              html`<a href="${base}/directory/${directory.id}">${directory.name}</a>`,
              kindNames[directory.kind],
              html`${directory.servers.map((server) => html`<code>${server}</code> `)}`,
              stateOf(directory),
              actionOf(base, directory, !someConnected && !otherSource),
            ]),
          )
    }
    <p class="actions"><a class="button" href="${base}/directory/new">${texts.add}</a></p>`;
}

const stateOf = ({ connectedAt }: Directory): Html =>
  connectedAt === null ? badge(texts.authorised) : badge(texts.connected, 'good');

function actionOf(base: string, { id, name, connectedAt }: Directory, mayConnect: boolean): Html | string {
  if (connectedAt === null && !mayConnect) return '–';
  const [path, label] = connectedAt === null ? ['connect', texts.connect] : ['disconnect', texts.disconnect];
  return html`<a href="${base}/directory/${id}/${path}">${label}<span class="visually-hidden"> ${name}</span></a>`;
}

/** What is known of one directory, above its settings. */
export const factsView = ({ base }: Place, directory: Directory): Html =>
  html`${facts([
    [texts.state, stateOf(directory)],
    ...(directory.connectedAt === null ? [] : [[texts.since, time(directory.connectedAt)] as const]),
    [texts.kind, kindNames[directory.kind]],
    [texts.base, html`<code>${directory.baseDn}</code>`],
    [texts.id, html`<code>${directory.id}</code>`],
    [texts.checked, time(directory.checkedAt)],
    ...(directory.connectedAt === null
      ? []
      : [[shared.groups, html`<a href="${base}/groups">${texts.groups}</a>`] as const]),
  ])}`;
