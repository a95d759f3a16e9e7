import type { PasskeyOptions } from '../factors/passkeys.ts';
import { csrfField } from '../../../platform/http/csrf.ts';
import { asset } from '../../../platform/http/pages/assets.ts';
import { html, type Html } from '../../../platform/http/pages/html.ts';
import { texts } from './texts.ts';

/** Without this script everything works but passkeys, which browsers give to scripts alone. */
export const passkeyScript = asset(new URL('./assets/passkey.js', import.meta.url));

interface PasskeyForm {
  csrf: string;
  action: string;
  kind: 'get' | 'create';
  options: PasskeyOptions;
  label: string;
  /** Fields before the button. */
  fields?: Html;
  /** Browsers that can also offer a passkey where the user name is typed. */
  offer?: boolean;
  button?: 'quiet' | '';
}

/** A form whose answer an authenticator gives; where that cannot be, a note in its place. */
export const passkeyForm = ({
  csrf,
  action,
  kind,
  options,
  label,
  fields,
  offer = false,
  button = '',
}: PasskeyForm): Html =>
  html`<form
      method="post"
      action="${action}"
      data-passkey="${kind}"
      data-options="${JSON.stringify(options)}"
      data-failed="${texts.passkeyFailed}"
      data-known="${texts.passkeyKnown}"
      ${offer && html` data-offer="1"`}
      hidden
    >
      <input type="hidden" name="${csrfField}" value="${csrf}" />
      <input type="hidden" name="passkey" value="" />
      ${fields}
      <div class="actions"><button class="${button}">${label}</button></div>
      <p class="error" role="alert" data-says></p>
    </form>
    <p class="muted" data-no-passkey>${texts.passkeyNote}</p>`;
