import type { PasskeyOptions } from '../../access/administrators/factors/passkeys.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { alertOf, type Fault, field, form } from '../forms.ts';
import { passkeyForm } from '../passkey-form.ts';
import { confirmPath } from '../paths.ts';
import { codeField } from '../security/factor-view.ts';
import { texts } from '../security/texts.ts';

interface ConfirmView {
  csrf: string;
  target: string;
  totp: boolean;
  passkey: PasskeyOptions | null;
  fault?: Fault;
}

/** Every way in which this administrator can prove who they are; a form each. */
export function confirmView({ csrf, target, totp, passkey, fault }: ConfirmView): Html {
  const back = html`<input type="hidden" name="target" value="${target}" />`;
  const button = html`<div class="actions"><button>${texts.confirmButton}</button></div>`;
  const password = field({
    name: 'password',
    label: texts.password,
    fault,
    type: 'password',
    autocomplete: 'current-password',
    required: true,
    autofocus: !totp && !passkey,
  });
  return html`${alertOf(fault, ['password', 'code'])}
    <p>${texts.confirmIntro}</p>
    ${passkey && passkeyForm({ csrf, action: confirmPath, kind: 'get', options: passkey, label: texts.confirmPasskey, fields: back })}
    ${
      totp &&
      html`<h2>${texts.confirmCode}</h2>
        ${form(csrf, confirmPath, html`${back} ${codeField(fault)} ${button}`)}`
    }
    <h2>${texts.confirmPassword}</h2>
    ${form(csrf, confirmPath, html`${back} ${password} ${button}`)}`;
}
