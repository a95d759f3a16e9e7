import type { PasskeyOptions } from '../../auth/credentials/factors/passkeys.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { page } from '../../platform/http/pages/layout.ts';
import { alertOf, type Fault, field, form } from '../forms.ts';
import { passkeyForm, passkeyScript } from '../../auth/credentials/pages/passkey-form.ts';
import { passkeyPath, signInPath } from '../paths.ts';
import { consoleStyle } from '../show.ts';
import { texts } from './texts.ts';

interface SignInView {
  csrf: string;
  target: string;
  organisationId: string;
  userName: string;
  /** Null where passkeys cannot be used. */
  passkey: PasskeyOptions | null;
  ended?: boolean;
  fault?: Fault;
}

/** The administrator's sign-in. A refusal stands above the form and names no field: it never says what was wrong. */
export function signInPage({
  csrf,
  target,
  organisationId,
  userName,
  passkey,
  ended = false,
  fault,
}: SignInView): Html {
  const known = organisationId !== '';
  const fields = html`<input type="hidden" name="target" value="${target}" />
    ${field({ name: 'organisationId', label: texts.organisation, value: organisationId, hint: texts.organisationHint, autocomplete: 'organization', inputmode: 'numeric', required: true, maxlength: 20, autofocus: !known, exact: true })}
    ${field({ name: 'userName', label: texts.userName, value: userName, autocomplete: 'username webauthn', required: true, maxlength: 64, autofocus: known && userName === '', exact: true })}
    ${field({ name: 'password', label: texts.password, type: 'password', autocomplete: 'current-password', required: true, autofocus: userName !== '' })}
    <div class="actions"><button>${texts.submit}</button></div>`;
  const body = html`<h1>${texts.title}</h1>
    ${ended && html`<p class="flash" role="status">${texts.ended}</p>`} ${alertOf(fault, [])}
    <p class="muted">${texts.intro}</p>
    ${form(csrf, signInPath, fields)}
    ${
      passkey &&
      html`<hr />
        ${passkeyForm({ csrf, action: passkeyPath, kind: 'get', options: passkey, label: texts.passkey, fields: html`<input type="hidden" name="target" value="${target}" />`, offer: fault === undefined, button: 'quiet' })}`
    }`;
  const scripts = passkey ? [passkeyScript] : [];
  return page({ title: texts.title, body, narrow: true, styles: [consoleStyle], scripts });
}
