import type { PasskeyOptions } from '../../access/administrators/factors/passkeys.ts';
import type { Offer } from '../../access/administrators/factors/totp.ts';
import type { CarillonError } from '../../platform/errors/errors.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { page } from '../../platform/http/pages/layout.ts';
import { alertOf, type Fault, form } from '../forms.ts';
import { passkeyForm, passkeyScript } from '../passkey-form.ts';
import { enrolPath, secondPath, signInPath } from '../paths.ts';
import { codeField, codesView, newPasskeyView, totpView } from '../security/factor-view.ts';
import { consoleStyle } from '../show.ts';
import { texts } from './texts.ts';

const narrow = (title: string, body: Html): Html =>
  page({
    title,
    body: html`<h1>${title}</h1>
      ${body}`,
    narrow: true,
    styles: [consoleStyle],
    scripts: [passkeyScript],
  });

const beginAgain = html`<p class="actions"><a href="${signInPath}">${texts.beginAgain}</a></p>`;

interface SecondView {
  csrf: string;
  totp: boolean;
  passkey: PasskeyOptions | null;
  fault?: Fault;
}

/** The second factor, on its own page: whatever the administrator has, and a recovery code in any case. */
export const secondPage = ({ csrf, totp, passkey, fault }: SecondView): Html =>
  narrow(
    texts.second,
    html`${alertOf(fault, ['code'])}
    ${
      passkey &&
      html`${passkeyForm({ csrf, action: secondPath, kind: 'get', options: passkey, label: texts.usePasskey })}
        <hr />`
    }
    ${form(
      csrf,
      secondPath,
      html`${codeField(fault, totp ? texts.codeHint : texts.recoveryHint, !passkey)}
        <div class="actions"><button class="${passkey ? 'quiet' : ''}">${texts.submit}</button></div>`,
    )}
    ${beginAgain}`,
  );

interface EnrolView {
  csrf: string;
  totp: Offer;
  passkey: PasskeyOptions | null;
  typedName: string;
  fault?: Fault;
}

/** Who needs a second factor and has none sets one up before anything else. */
export const enrolPage = ({ csrf, totp, passkey, typedName, fault }: EnrolView): Html =>
  narrow(
    texts.enrol,
    html`${alertOf(fault, ['code', 'passkeyName'])}
      <p>${texts.enrolIntro}</p>
      <h2>${texts.enrolPasskey}</h2>
      ${newPasskeyView(csrf, `${enrolPath}/passkey`, passkey, typedName, fault)}
      <h2>${texts.enrolTotp}</h2>
      ${totpView(csrf, `${enrolPath}/totp`, totp, fault)} ${beginAgain}`,
  );

/** Set up and in: the codes, and the way on. */
export const codesPage = (codes: readonly string[], target: string): Html =>
  narrow(
    texts.codes,
    html`${codesView(codes)}
      <p class="actions"><a class="button" href="${target}">${texts.goOn}</a></p>`,
  );

/** A sign-in that is over. */
export const stalePage = (fault: CarillonError): Html =>
  narrow(
    texts.second,
    html`${alertOf(fault, [])}
      <p class="actions"><a class="button" href="${signInPath}">${texts.beginAgain}</a></p>`,
  );
