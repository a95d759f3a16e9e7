import { asset } from '../../platform/http/pages/assets.ts';
import { type Html, html, raw } from '../../platform/http/pages/html.ts';
import { page } from '../../platform/http/pages/layout.ts';
import type { ClientProtocol } from './clients/kinds.ts';
import { scopeText, texts } from './texts.ts';

const handOverScript = asset(new URL('./assets/hand-over.js', import.meta.url));

const card = (title: string, body: Html, scripts: readonly string[] = []): Html =>
  page({
    title,
    body: html`<h1>${title}</h1>
      ${body}`,
    narrow: true,
    scripts,
  });

interface Person {
  id: string;
  name: string;
  address: string;
}

interface ConsentView {
  client: string;
  protocol: ClientProtocol;
  person: Person;
  scopes: readonly string[];
  /** The host that the person goes on to; null when it is none that a person knows. */
  host: string | null;
  isNative: boolean;
  action: string;
  csrf: string;
}

const hidden = (fields: Record<string, string>): Html =>
  html`${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}`;

/** Who asks, whom, and what would be told. */
export function consentPage({ client, protocol, person, scopes, host, isNative, action, csrf }: ConsentView): Html {
  const words = texts.consent;
  return card(
    words.title(client),
    html`<p>${words.who(person.name, person.address)}</p>
      <p>${words.lead(client)}</p>
      <ul>
        ${scopes.map((scope) => html`<li>${scopeText(scope, protocol)}</li>`)}
      </ul>
      ${isNative && html`<p class="error">${words.native}</p>`}
      <p class="muted">${words.noSecret(client)} ${host !== null && words.returns(host)}</p>
      <form method="post" action="${action}">
        ${hidden({ csrf, person: person.id })}
        <p class="actions">
          <button type="submit" name="answer" value="allow">${words.allow}</button>
          <button class="quiet" type="submit" name="answer" value="deny">${words.deny}</button>
          <button class="quiet" type="submit" name="answer" value="other">${words.other}</button>
        </p>
      </form>`,
  );
}

/** The client is not for whoever is signed in. */
export function notForPage(client: string, person: Person, action: string, csrf: string): Html {
  const words = texts.notFor;
  return card(
    words.title,
    html`<p role="alert">${words.text(client, person.address)}</p>
      <form method="post" action="${action}">
        ${hidden({ csrf })}
        <p class="actions">
          <button type="submit" name="answer" value="other">${words.other}</button>
          <button class="quiet" type="submit" name="answer" value="deny">${words.back}</button>
        </p>
      </form>`,
  );
}

/** Goes on by itself; the link is for browsers that do not. */
export const leadOnPage = (to: string): Html =>
  card(
    texts.leadOn.title,
    html`<p>${texts.leadOn.text}</p>
      <p class="actions"><a class="button" href="${to}">${texts.leadOn.button}</a></p>`,
  );

/**
 * Takes the answer to the application by a form (OAuth 2.0 Form Post Response Mode), by itself or by its button.
 * @param action where to, and the fields, both as oidc-provider has written them
 */
export const handOverPage = (action: string, fields: string): Html =>
  card(
    texts.handOver.title,
    html`<p>${texts.handOver.text}</p>
      <form method="post" action="${raw(action)}">
        ${raw(fields)}
        <p class="actions"><button type="submit">${texts.handOver.button}</button></p>
      </form>`,
    [handOverScript],
  );

/** @param form oidc-provider's own, with its secret; the buttons belong to it by its id */
export function signOutPage(form: string, client: string | null): Html {
  const words = texts.signOut;
  return card(
    words.title,
    html`${client !== null && html`<p>${words.asked(client)}</p>`}
      <p>${words.lead}</p>
      ${raw(form)}
      <p class="actions">
        <button type="submit" form="op.logoutForm" name="logout" value="yes">${words.yes}</button>
        <button class="quiet" type="submit" form="op.logoutForm">${words.no}</button>
      </p>`,
  );
}

export const signedOutPage = (): Html =>
  card(
    texts.signOut.doneTitle,
    html`<p role="status">${texts.signOut.done}</p>
      <p class="actions"><a class="button" href="/signin">${texts.signOut.again}</a></p>`,
  );

/** Where a user code is typed (RFC 8628 §3.3). */
export function deviceCodePage(action: string, secret: string, fault: string | null): Html {
  const words = texts.device;
  return card(
    words.title,
    html`<p>${words.lead}</p>
      <form method="post" action="${action}" novalidate>
        ${hidden({ xsrf: secret })}
        <div class="field">
          <label for="user_code">${words.label}</label>
          <input
            id="user_code"
            name="user_code"
            type="text"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck="false"
            maxlength="32"
            required
            autofocus
            ${fault !== null && html`aria-invalid="true" aria-describedby="fault"`}
          />
          ${fault !== null && html`<p class="error" id="fault" role="alert">${fault}</p>`}
        </div>
        <p class="actions"><button type="submit">${words.button}</button></p>
      </form>`,
  );
}

interface DeviceView {
  client: string;
  userCode: string;
  address: string;
  userAgent: string;
  /** oidc-provider's own form. */
  form: string;
}

/** Before a device is connected: what it is, where it asks from, and that nobody else may have sent the person here. */
export function deviceConfirmPage({ client, userCode, address, userAgent, form }: DeviceView): Html {
  const words = texts.device;
  return card(
    words.confirmTitle(client),
    html`<p>${words.warning}</p>
      <p class="code"><strong>${userCode}</strong></p>
      <p>${words.asking} <code>${address}</code> ${words.as} <code>${userAgent}</code>.</p>
      <p class="error">${words.never}</p>
      ${raw(form)}
      <p class="actions">
        <button class="quiet" type="submit" form="op.deviceConfirmForm" name="abort" value="yes" autofocus>
          ${words.no}
        </button>
        <button type="submit" form="op.deviceConfirmForm">${words.yes}</button>
      </p>`,
  );
}

export const deviceDonePage = (client: string): Html =>
  card(texts.device.doneTitle, html`<p role="status">${texts.device.done(client)}</p>`);

/** @param code the error of OAuth 2.0 and what oidc-provider says of it, which tells nothing secret */
export function errorPage(code: string, description: string | undefined, requestId: string): Html {
  const words = texts.error;
  return card(
    words.title,
    html`<p role="alert">${textOf(code)}</p>
      <p class="muted">
        ${words.technical}: <code>${code}</code>${description !== undefined && html` (${description})`}<br />
        ${words.reference}: <code>${requestId}</code>
      </p>
      <p class="actions"><a class="button quiet" href="/">${words.start}</a></p>`,
  );
}

function textOf(code: string): string {
  switch (code) {
    case 'invalid_client':
      return texts.error.client;
    case 'invalid_redirect_uri':
      return texts.error.redirect;
    case 'session_not_found':
      return texts.error.expired;
    case 'server_error':
      return texts.error.server;
    case 'access_denied':
      return texts.error.refused;
    default:
      return texts.error.request;
  }
}
