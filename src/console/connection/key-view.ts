import { type Ending, endingOf } from '../../directory/scim/keys/expiry.ts';
import type { ScimKey } from '../../directory/scim/keys/key.entity.ts';
import { usualOverlapHours } from '../../directory/scim/keys/rotate.ts';
import { clock } from '../../platform/clock/clock.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, type Fault, field, form, select } from '../forms.ts';
import type { Place } from '../guard.ts';
import { badge, copyable, empty, facts, table, time } from '../parts.ts';
import { texts as shared } from '../texts.ts';
import { texts } from './texts.ts';

/** What was typed into the form of a new key. */
export interface TypedKey {
  name: string;
  expires: string;
  overlap?: string;
}

interface KeysView {
  place: Place;
  keys: readonly ScimKey[];
  typedKey?: TypedKey;
  fault?: Fault;
}

export const scimUrl = (publicUrl: string): string => `${publicUrl}/scim/v2`;

/** The access keys of a connection, with what must be done about their ends, and the form of a new one. */
export function keysView({ place, keys, typedKey, fault }: KeysView): Html {
  const now = clock.now();
  const namesAt = (ending: Ending): string =>
    keys
      .filter((key) => endingOf(key, now) === ending)
      .map(({ name }) => name)
      .join(', ');
  const [soon, over] = [namesAt('soon'), namesAt('over')];
  return html`${soon && html`<p class="flash warn">${texts.keysSoon(soon)}</p>`}
    ${over && html`<p class="flash bad">${texts.keysOver(over)}</p>`}
    ${
      keys.length === 0
        ? empty(texts.noKeys)
        : table(
            texts.keys,
            [texts.keyName, texts.keyCreated, texts.keyUsed, texts.keyEnds, shared.actions],
            keys.map((key) => [
              key.name,
              time(key.createdAt),
              time(key.lastUsedAt),
              endView(key, now),
              actionsView(place, key, endingOf(key, now) !== 'over'),
            ]),
          )
    }
    <br />
    ${form(
      place.csrf,
      `${place.base}/connection/keys`,
      html`${field({ name: 'keyName', label: texts.keyName, value: typedKey?.name ?? '', hint: texts.keyNameHint, fault, required: true, maxlength: 200 })}
        ${endField(typedKey, fault)}
        <div class="actions"><button>${texts.keyCreate}</button></div>`,
    )}`;
}

const endField = (typed: TypedKey | undefined, fault: Fault): Html =>
  field({
    name: 'keyExpires',
    label: texts.keyEnds,
    value: typed?.expires ?? '',
    hint: texts.keyEndsHint,
    fault,
    type: 'date',
  });

function endView(key: ScimKey, now: number): Html {
  const ending = endingOf(key, now);
  const mark = { none: '', far: '', soon: badge(texts.keySoon, 'warn'), over: badge(texts.keyOver, 'bad') }[ending];
  return html`${time(key.expiresAt, texts.keyNoEnd)} ${mark}`;
}

function actionsView({ base }: Place, { id, name }: ScimKey, isTaken: boolean): Html {
  const link = (verb: string, label: string): Html =>
    html`<a href="${base}/connection/keys/${id}/${verb}">${label}<span class="visually-hidden"> ${name}</span></a>`;
  return html`${isTaken && html`${link('rotate', texts.rotate)} `}${link('revoke', texts.revoke)}`;
}

/** The form that replaces a key. */
export function rotationView(place: Place, key: ScimKey, typed: TypedKey | undefined, fault: Fault): Html {
  return html`${alertOf(fault, ['keyName', 'keyExpires', 'overlap'])}
    <p>${texts.rotateIntro}</p>
    ${form(
      place.csrf,
      `${place.base}/connection/keys/${key.id}/rotate`,
      html`${field({ name: 'keyName', label: texts.rotateName, value: typed?.name ?? key.name, fault, required: true, maxlength: 200 })}
        ${select({ name: 'overlap', label: texts.rotateOverlap, choices: texts.overlaps, value: typed?.overlap ?? String(usualOverlapHours), fault })}
        ${endField(typed, fault)}
        <div class="actions">
          <button>${texts.rotateButton}</button
          ><a class="button quiet" href="${place.base}/connection#keys">${shared.cancel}</a>
        </div>`,
    )}`;
}

/** The answer on which a new key is shown, once. */
export const newKeyView = (place: Place, publicUrl: string, name: string, token: string, old = ''): Html =>
  html`<p class="flash warn" role="alert">${texts.newKeyWarning}</p>
    ${old && html`<p>${old}</p>`}
    ${facts([
      [texts.keyName, name],
      [texts.newKey, copyable(token)],
      [texts.newKeyUrl, copyable(scimUrl(publicUrl))],
    ])}
    <p class="actions"><a class="button" href="${place.base}/connection#keys">${texts.newKeyBack}</a></p>`;
