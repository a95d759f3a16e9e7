import type { AccessKeyLine } from '../../access/keys/keys.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, buttonForm, type Fault } from '../forms.ts';
import { badge, copyable, empty, facts, table, time } from '../parts.ts';
import { texts as shared } from '../texts.ts';
import { states, texts } from './texts.ts';

export const accessKeysPath = '/console/access-keys';

interface AccessKeysView {
  csrf: string;
  keys: readonly AccessKeyLine[];
  /** Whether another may be made. */
  room: boolean;
  fault?: Fault;
}

/** The visitor's own access keys. */
export const accessKeysView = ({ csrf, keys, room, fault }: AccessKeysView): Html =>
  html`${alertOf(fault, [])}
    <p>${texts.intro}</p>
    ${
      keys.length === 0
        ? empty(texts.none)
        : table(
            texts.title,
            [texts.keyId, texts.state, texts.created, texts.used, shared.actions],
            keys.map((key) => lineOf(csrf, key)),
          )
    }
    <br />
    ${room ? buttonForm(csrf, accessKeysPath, texts.create, '') : html`<p class="notice">${texts.full}</p>`}`;

function lineOf(csrf: string, key: AccessKeyLine): readonly (Html | string)[] {
  const { text, tone } = states[key.state];
  const base = `${accessKeysPath}/${key.id}`;
  const used = html`${time(key.lastUsedAt)} ${key.lastUsedRegion !== null && texts.region(key.lastUsedRegion)}`;
  const turn =
    key.state === 'Active'
      ? buttonForm(csrf, `${base}/deactivate`, texts.deactivate, 'quiet', key.id)
      : buttonForm(csrf, `${base}/activate`, texts.activate, 'quiet', key.id);
  return [
    html`<code>${key.id}</code>`,
    badge(text, tone),
    time(key.createdAt),
    used,
    html`<div class="actions">
      ${turn}
      <a href="${base}/delete">${texts.remove}<span class="visually-hidden"> ${key.id}</span></a>
    </div>`,
  ];
}

/** The answer on which a new key's secret is shown, once. */
export const newAccessKeyView = (publicUrl: string, accessKeyId: string, secret: string): Html =>
  html`<p class="flash warn" role="alert">${texts.newWarning}</p>
    ${facts([
      [texts.keyId, copyable(accessKeyId)],
      [texts.secret, copyable(secret)],
      [texts.endpoint, copyable(publicUrl)],
      [texts.tryIt, copyable(`aws chime list-accounts --endpoint-url ${publicUrl} --region us-east-1`)],
    ])}
    <p class="actions"><a class="button" href="${accessKeysPath}">${texts.newBack}</a></p>`;
