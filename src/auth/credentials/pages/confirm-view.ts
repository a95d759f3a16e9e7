import { alertOf, type Fault, field, form } from '../../../platform/http/pages/forms.ts';
import { html, type Html } from '../../../platform/http/pages/html.ts';
import type { PasskeyOptions } from '../factors/passkeys.ts';
import { codeField } from './factor-view.ts';
import { passkeyForm } from './passkey-form.ts';
import { texts } from './texts.ts';

interface ConfirmView {
  csrf: string;
  action: string;
  target: string;
  /** Why it is asked. */
  intro: string;
  password: boolean;
  totp: boolean;
  passkey: PasskeyOptions | null;
  fault?: Fault;
}

/** Every way in which somebody can prove once more who they are; a form each. */
export function confirmView({ csrf, action, target, intro, password, totp, passkey, fault }: ConfirmView): Html {
  const back = html`<input type="hidden" name="target" value="${target}" />`;
  const button = html`<div class="actions"><button>${texts.confirmButton}</button></div>`;
  const passwordField = field({
    name: 'password',
    label: texts.password,
    fault,
    type: 'password',
    autocomplete: 'current-password',
    required: true,
    autofocus: !totp && !passkey,
  });
  return html`${alertOf(fault, ['password', 'code'])}
    <p>${intro}</p>
    ${passkey && passkeyForm({ csrf, action, kind: 'get', options: passkey, label: texts.confirmPasskey, fields: back })}
    ${
      totp &&
      html`<h2>${texts.confirmCode}</h2>
        ${form(csrf, action, html`${back} ${codeField(fault)} ${button}`)}`
    }
    ${
      password &&
      html`<h2>${texts.confirmPassword}</h2>
        ${form(csrf, action, html`${back} ${passwordField} ${button}`)}`
    }`;
}
