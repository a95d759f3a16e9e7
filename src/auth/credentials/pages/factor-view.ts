import { encode } from 'uqr';
import type { PasskeyOptions } from '../factors/passkeys.ts';
import type { Offer } from '../factors/totp.ts';
import { html, type Html } from '../../../platform/http/pages/html.ts';
import { type Fault, field, form } from '../../../platform/http/pages/forms.ts';
import { copyable } from '../../../platform/http/pages/parts.ts';
import { passkeyForm } from './passkey-form.ts';
import { texts } from './texts.ts';

/** A QR code (ISO/IEC 18004) as an image of one path: dark on light in every colour scheme, or no app could read it. */
function qrCode(text: string): Html {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const dots = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return html`<svg class="qr" role="img" aria-label="${texts.qr}" viewBox="0 0 ${size} ${size}">
    <rect width="${size}" height="${size}" fill="#fff" />
    <path d="${dots}" fill="#000" />
  </svg>`;
}

/** How an authenticator app is set up. */
export const totpView = (csrf: string, action: string, { secret, uri, offered }: Offer, fault: Fault): Html =>
  html`<ol class="steps">
      <li>
        ${texts.totpScan}
        <div>${qrCode(uri)}</div>
        <p>${texts.totpType}</p>
        <p>${copyable(secret.replaceAll(/(.{4})(?=.)/g, '$1 '))}</p>
      </li>
      <li>${texts.totpProve}</li>
    </ol>
    ${form(
      csrf,
      action,
      html`<input type="hidden" name="offered" value="${offered}" />
        ${codeField(fault)}
        <div class="actions"><button>${texts.totpAdd}</button></div>`,
    )}`;

/** Where six digits are typed. */
export const codeField = (fault: Fault, hint?: string, autofocus = false): Html =>
  field({
    name: 'code',
    label: texts.code,
    ...(hint !== undefined && { hint }),
    fault,
    autocomplete: 'one-time-code',
    required: true,
    maxlength: 40,
    exact: true,
    autofocus,
  });

/** How a passkey is added; says why not where there can be none. */
export const newPasskeyView = (
  csrf: string,
  action: string,
  options: PasskeyOptions | null,
  typedName: string,
  fault: Fault,
): Html =>
  options === null
    ? html`<p class="muted">${texts.passkeyImpossible}</p>`
    : passkeyForm({
        csrf,
        action,
        kind: 'create',
        options,
        label: texts.passkeyAdd,
        fields: field({
          name: 'passkeyName',
          label: texts.passkeyName,
          hint: texts.passkeyNameHint,
          value: typedName,
          fault,
          required: true,
          maxlength: 64,
        }),
      });

/** Recovery codes, this once. */
export const codesView = (codes: readonly string[]): Html =>
  html`<p class="flash warn" role="alert">${texts.codesWarning}</p>
    <ol class="codes">
      ${codes.map((code) => html`<li><code class="copy">${code}</code></li>`)}
    </ol>`;
