import { addressesOf, callbackPath, connectionIdOf } from '../../auth/connectors/openid/addresses.ts';
import type { Connection } from '../../auth/connectors/openid/connection.entity.ts';
import type { ConnectionInput } from '../../auth/connectors/openid/settings.ts';
import type { ScimKey } from '../../directory/scim/keys/key.entity.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, type Fault, field, form } from '../forms.ts';
import type { Place } from '../guard.ts';
import { copyable, empty, facts, time } from '../parts.ts';
import { keysView, scimUrl, type TypedKey } from './key-view.ts';
import { readinessTexts } from './readiness-texts.ts';
import { texts as requestTexts } from '../scim-requests/texts.ts';
import { texts } from './texts.ts';

/** What was typed; never the secret. */
export type Typed = Omit<ConnectionInput, 'clientSecret'>;

interface ConnectionView {
  place: Place;
  publicUrl: string;
  enterprise: boolean;
  connection: Connection | null;
  keys: readonly ScimKey[];
  typed?: Typed | undefined;
  typedKey?: TypedKey;
  fault?: Fault;
}

/** The settings of single sign-on, what to copy into the provider, and the access keys. */
export function connectionView(view: ConnectionView): Html {
  const { place, enterprise, connection, fault } = view;
  if (!enterprise && !connection) {
    return html`${alertOf(fault, [])}
    ${empty(html`${texts.needsDomain} <a href="${place.base}/domains">${texts.needsDomainLink}</a>.`)}`;
  }
  return html`${alertOf(fault, ['issuer', 'clientId', 'clientSecret', 'redirect', 'keyName', 'keyExpires'])}
    <p>${texts.intro}</p>
    ${copyView(view)}
    <h2>${texts.settings}</h2>
    ${settingsView(view)}
    <h2 id="keys">${texts.keys}</h2>
    <p>${texts.keysIntro}</p>
    ${connection && html`<p><a href="${place.base}/connection/requests">${requestTexts.link}</a></p>`}
    ${connection ? keysView(view) : empty(texts.keysNeedConnection)}
    ${
      connection &&
      html`<hr />
        <p><a href="${place.base}/connection/readiness">${readinessTexts.link}</a></p>
        <p class="actions"><a class="button quiet" href="${place.base}/connection/delete">${texts.remove}</a></p>`
    }`;
}

/** The addresses that a connection will have, for the provider to know before it is saved. */
const notYet = ({ scope }: Place): { id: string; redirect: 'own' } => ({
  id: connectionIdOf(scope.accountId),
  redirect: 'own',
});

function copyView({ publicUrl, connection, place }: ConnectionView): Html {
  const { redirectUri, initiateLoginUri } = addressesOf(publicUrl, connection ?? notYet(place));
  return html`<section class="panel" aria-labelledby="copy">
    <h2 id="copy">${texts.copy}</h2>
    ${facts([
      [texts.redirectUri, copyable(redirectUri)],
      [texts.initiateUri, copyable(initiateLoginUri)],
      [texts.scimUrl, copyable(scimUrl(publicUrl))],
      ...(connection ? [[texts.checked, time(connection.checkedAt)] as const] : []),
    ])}
  </section>`;
}

function settingsView({ place, publicUrl, connection, typed, fault }: ConnectionView): Html {
  const shown = typed ?? {
    issuer: connection?.issuer ?? '',
    clientId: connection?.clientId ?? '',
    redirect: connection?.redirect ?? 'own',
  };
  const choices = [
    {
      value: 'own',
      text: texts.own,
      hint: texts.ownHint(`${publicUrl}${callbackPath}/${connection?.id ?? connectionIdOf(place.scope.accountId)}`),
    },
    { value: 'shared', text: texts.shared, hint: texts.sharedHint(`${publicUrl}${callbackPath}`) },
  ];
  const wrong = fault?.field === 'redirect' ? fault : undefined;
  return form(
    place.csrf,
    `${place.base}/connection`,
    html`${field({ name: 'issuer', label: texts.issuer, value: shown.issuer, hint: texts.issuerHint, fault, type: 'url', required: true, maxlength: 512, exact: true })}
      ${field({ name: 'clientId', label: texts.clientId, value: shown.clientId, fault, required: true, maxlength: 256, exact: true })}
      ${field({ name: 'clientSecret', label: texts.clientSecret, hint: connection ? texts.secretKept : texts.secretNew, fault, type: 'password', autocomplete: 'new-password', required: !connection, maxlength: 1024 })}
      <fieldset id="redirect" ${wrong && html` aria-describedby="redirect-fault"`}>
        <legend>${texts.redirect}</legend>
        ${choices.map(
          ({ value, text, hint }) =>
            html`<div class="choice">
              <input
                type="radio"
                name="redirect"
                id="redirect-${value}"
                value="${value}"
                aria-describedby="redirect-${value}-hint"
                ${shown.redirect === value && html` checked`}
              />
              <div>
                <label for="redirect-${value}">${text}</label>
                <p class="hint" id="redirect-${value}-hint">${hint}</p>
              </div>
            </div>`,
        )}
        ${wrong && html`<p class="error" id="redirect-fault">${wrong.message}</p>`}
      </fieldset>
      <div class="actions"><button>${texts.save}</button></div>`,
  );
}
