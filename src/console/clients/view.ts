import type { Account } from '../../accounts/accounts/account.entity.ts';
import type { OidcClient } from '../../auth/provider/clients/client.entity.ts';
import { addressesFor } from '../../auth/provider/clients/addresses.ts';
import { clientKinds, clientProtocols } from '../../auth/provider/clients/kinds.ts';
import { clock } from '../../platform/clock/clock.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, area, checkbox, confirmation, type Fault, field, form, select } from '../forms.ts';
import { copyable, empty, facts, table, time } from '../parts.ts';
import { formats, kinds, protocols, texts } from './texts.ts';
import { fields, type Typed } from './typed.ts';
import type { Ending } from '../../auth/provider/clients/would-end.ts';

export const clientsPath = '/console/applications';
export const pathOf = ({ id }: { id: string }): string => `${clientsPath}/${id}`;

interface FormView {
  csrf: string;
  accounts: readonly Account[];
  typed: Typed;
  fault?: Fault;
}

/** The registered clients, and the form for another. */
export const listView = (view: FormView & { clients: readonly OidcClient[] }): Html =>
  html`${alertOf(view.fault, fields)}
    <p>${texts.intro}</p>
    ${
      view.clients.length === 0
        ? empty(texts.none)
        : table(
            texts.caption,
            [texts.name, texts.kind, texts.protocol, texts.account, texts.created],
            view.clients.map((client) => [
              html`<a href="${pathOf(client)}">${client.name}</a>`,
              kinds[client.kind],
              protocols[client.protocol],
              view.accounts.find(({ id }) => id === client.accountId)?.name ?? texts.everybody,
              time(client.createdAt),
            ]),
          )
    }
    <h2>${texts.register}</h2>
    ${clientForm(view, clientsPath, texts.registerButton, true)}`;

/** One client: what its software needs to know, its settings, and what can be done with it. */
export const clientView = (view: FormView & { client: OidcClient; publicUrl: string }): Html => {
  const { client, publicUrl } = view;
  const former = client.formerSecretUntil !== null && client.formerSecretUntil > clock.now();
  return html`${alertOf(view.fault, fields)}
    ${facts([
      [texts.clientId, copyable(client.id)],
      ...addressFacts(client, publicUrl),
      [texts.kind, kinds[client.kind]],
      [texts.protocol, protocols[client.protocol]],
      ...(client.secretHash === null ? [] : [[texts.secretSince, time(client.secretCreatedAt)] as const]),
      ...(former ? [[texts.formerUntil, time(client.formerSecretUntil)] as const] : []),
    ])}
    <p class="actions">
      ${client.secretHash !== null && html`<a class="button quiet" href="${pathOf(client)}/secret">${texts.rotate}</a>`}
      <a class="button quiet" href="${pathOf(client)}/delete">${texts.delete}</a>
    </p>
    <h2>${texts.settings}</h2>
    ${clientForm(view, pathOf(client), texts.save, false)}`;
};

const addressFacts = (client: OidcClient, publicUrl: string): (readonly [string, Html])[] =>
  Object.entries(addressesFor(client, publicUrl)).map(([name, address]) => [
    texts.addresses[name] ?? name,
    copyable(address),
  ]);

function clientForm({ csrf, accounts, typed, fault }: FormView, action: string, button: string, isNew: boolean): Html {
  const isAmazon = !isNew && typed.protocol === 'amazon';
  const redirects = isNew || typed.kind === 'web' || typed.kind === 'spa' || typed.kind === 'native';
  const line = (name: 'backchannelLogoutUri' | 'scopes' | 'sectorIdentifier' | 'audience' | 'resource'): Html =>
    field({
      name,
      label: texts[name],
      value: typed[name],
      hint: name === 'scopes' && !isNew ? texts[isAmazon ? 'scopesHintAmazon' : 'scopesHintOwn'] : texts[`${name}Hint`],
      fault,
      maxlength: 1024,
      exact: true,
    });
  const lines = (name: 'redirectUris' | 'postLogoutRedirectUris'): Html =>
    area({ name, label: texts[name], value: typed[name], hint: texts[`${name}Hint`], fault });
  return form(
    csrf,
    action,
    html`${field({ name: 'name', label: texts.name, value: typed.name, fault, required: true, maxlength: 200 })}
      ${
        isNew
          ? select({
              name: 'kind',
              label: texts.kind,
              choices: clientKinds.map((kind) => ({ value: kind, text: kinds[kind] })),
              value: typed.kind,
              fault,
            })
          : html`<input type="hidden" name="kind" value="${typed.kind}" />`
      }
      ${
        isNew &&
        select({
          name: 'protocol',
          label: texts.protocol,
          hint: texts.protocolHint,
          choices: clientProtocols.map((protocol) => ({ value: protocol, text: protocols[protocol] })),
          value: typed.protocol,
          fault,
        })
      }
      ${select({
        name: 'account',
        label: texts.account,
        choices: [{ value: '', text: texts.everybody }, ...accounts.map(({ id, name }) => ({ value: id, text: name }))],
        value: typed.account,
        fault,
      })}
      ${redirects && lines('redirectUris')} ${redirects && !isAmazon && lines('postLogoutRedirectUris')}
      ${line('backchannelLogoutUri')} ${line('scopes')} ${(redirects || isAmazon) && line('sectorIdentifier')}
      ${
        !isAmazon &&
        html`${select({
          name: 'accessTokenFormat',
          label: texts.accessTokenFormat,
          hint: texts.accessTokenFormatHint,
          choices: Object.entries(formats).map(([value, text]) => ({ value, text })),
          value: typed.accessTokenFormat,
          fault,
        })}
        ${line('audience')} ${line('resource')}`
      }
      ${(isNew || isAmazon) && checkbox({ name: 'queryTokens', label: texts.queryTokens, checked: typed.queryTokens === 'yes' })}
      ${checkbox({ name: 'firstParty', label: texts.firstParty, checked: typed.firstParty === 'yes' })}
      <div class="actions"><button>${button}</button></div>`,
  );
}

/** The answer on which a new client's id and secret, or a new secret, are shown, once. */
export const secretView = (client: OidcClient, secret: string | null, publicUrl: string): Html =>
  html`<p class="flash ${secret === null ? 'good' : 'warn'}" role="alert">
      ${secret === null ? texts.secretLess : texts.secretWarning}
    </p>
    ${facts([
      [texts.name, client.name],
      [texts.clientId, copyable(client.id)],
      ...(secret === null ? [] : [[texts.secret, copyable(secret)] as const]),
      ...addressFacts(client, publicUrl),
    ])}
    <p class="actions"><a class="button" href="${pathOf(client)}">${texts.back}</a></p>`;

/** Asks how a new secret is to take the place of the former one. */
export const rotateView = (csrf: string, client: OidcClient): Html =>
  html`<div class="notice"><p>${texts.rotateSays}</p></div>
    ${form(
      csrf,
      `${pathOf(client)}/secret`,
      html`<div class="actions">
        <button name="hours" value="24">${texts.rotateSoft}</button>
        <button class="danger" name="hours" value="0">${texts.rotateHard}</button>
        <a class="button quiet" href="${pathOf(client)}">${texts.back}</a>
      </div>`,
    )}`;

export const deleteView = (csrf: string, client: OidcClient, ending: Ending): Html =>
  confirmation({
    csrf,
    action: `${pathOf(client)}/delete`,
    says: texts.ends(ending),
    label: texts.deleteButton,
    cancel: pathOf(client),
  });
