import type { CarillonError } from '../../../platform/errors/errors.ts';
import { alertOf, type Fault, form } from '../../../platform/http/pages/forms.ts';
import { html, type Html } from '../../../platform/http/pages/html.ts';
import { page } from '../../../platform/http/pages/layout.ts';
import type { PasskeyOptions } from '../factors/passkeys.ts';
import type { Offer } from '../factors/totp.ts';
import { codeField, codesView, newPasskeyView, totpView } from './factor-view.ts';
import { passkeyForm, passkeyScript } from './passkey-form.ts';
import { texts } from './texts.ts';

/** Where the pages of a second step stand. */
export interface SecondPaths {
  second: string;
  /** The two ways to set one up stand below it: `…/totp`, `…/passkey`. */
  enrol: string;
  signIn: string;
}

const narrow = (title: string, styles: readonly string[], body: Html): Html =>
  page({
    title,
    body: html`<h1>${title}</h1>
      ${body}`,
    narrow: true,
    styles,
    scripts: [passkeyScript],
  });

interface Common {
  csrf: string;
  paths: SecondPaths;
  styles: readonly string[];
  fault?: Fault;
}

const beginAgain = ({ paths }: Pick<Common, 'paths'>): Html =>
  html`<p class="actions"><a href="${paths.signIn}">${texts.beginAgain}</a></p>`;

interface SecondView extends Common {
  totp: boolean;
  passkey: PasskeyOptions | null;
}

/** The second factor, on its own page: whatever somebody has, and a recovery code in any case. */
export const secondPage = (view: SecondView): Html => {
  const { csrf, paths, totp, passkey, fault } = view;
  return narrow(
    texts.second,
    view.styles,
    html`${alertOf(fault, ['code'])}
    ${
      passkey &&
      html`${passkeyForm({ csrf, action: paths.second, kind: 'get', options: passkey, label: texts.usePasskey })}
        <hr />`
    }
    ${form(
      csrf,
      paths.second,
      html`${codeField(fault, totp ? texts.codeHint : texts.recoveryHint, !passkey)}
        <div class="actions"><button class="${passkey ? 'quiet' : ''}">${texts.submit}</button></div>`,
    )}
    ${beginAgain(view)}`,
  );
};

interface EnrolView extends Common {
  intro: string;
  totp: Offer;
  passkey: PasskeyOptions | null;
  typedName: string;
}

/** Who needs a second factor and has none sets one up before anything else. */
export const enrolPage = (view: EnrolView): Html => {
  const { csrf, paths, totp, passkey, typedName, fault } = view;
  return narrow(
    texts.enrol,
    view.styles,
    html`${alertOf(fault, ['code', 'passkeyName'])}
      <p>${view.intro}</p>
      <h2>${texts.enrolPasskey}</h2>
      ${newPasskeyView(csrf, `${paths.enrol}/passkey`, passkey, typedName, fault)}
      <h2>${texts.enrolTotp}</h2>
      ${totpView(csrf, `${paths.enrol}/totp`, totp, fault)} ${beginAgain(view)}`,
  );
};

/** Set up and in: the codes, and the way on. */
export const codesPage = ({ styles }: Pick<Common, 'styles'>, codes: readonly string[], target: string): Html =>
  narrow(
    texts.codesShown,
    styles,
    html`${codesView(codes)}
      <p class="actions"><a class="button" href="${target}">${texts.goOn}</a></p>`,
  );

/** A sign-in that is over. */
export const stalePage = ({ paths, styles }: Pick<Common, 'paths' | 'styles'>, fault: CarillonError): Html =>
  narrow(
    texts.second,
    styles,
    html`${alertOf(fault, [])}
      <p class="actions"><a class="button" href="${paths.signIn}">${texts.beginAgain}</a></p>`,
  );
