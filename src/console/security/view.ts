import { below, credentialsView, type CredentialsView } from '../../auth/credentials/pages/security-view.ts';
import { texts as credentialTexts } from '../../auth/credentials/pages/texts.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { minimumLength } from '../../platform/secrets/rules.ts';
import { accessKeysPath } from '../access-keys/view.ts';
import { alertOf, type Fault, field, form } from '../forms.ts';
import { securityPath } from '../paths.ts';
import { texts as shared } from '../texts.ts';
import { texts } from './texts.ts';

interface SecurityView extends Omit<CredentialsView, 'path' | 'passkeysNone'> {
  protected: boolean;
  wrongCodes: number;
}

/** What an administrator proves themself with, and where they are signed in. */
export const securityView = (view: SecurityView): Html =>
  html`<p>${texts.intro}</p>
    ${!view.protected && html`<p class="flash warn">${texts.offer}</p>`}
    ${view.wrongCodes > 0 && html`<p class="flash warn">${credentialTexts.wrongCodes(view.wrongCodes)}</p>`}
    <h2>${credentialTexts.password}</h2>
    <div class="actions">${below(securityPath, 'password', texts.passwordChange)}</div>
    ${credentialsView({ ...view, path: securityPath, passkeysNone: texts.passkeysNone })}`;

/** What somebody with nothing but a password is told where they begin. */
export const unprotectedNotice = (): Html =>
  html`<p class="flash warn">${texts.offer} <a href="${securityPath}">${texts.offerLink}</a></p>`;

/** A new password. The user name is there for whatever keeps passwords. */
export const passwordView = (csrf: string, userName: string, fault: Fault): Html =>
  html`${alertOf(fault, ['password', 'again'])}
    <p>${texts.passwordSays}</p>
    <p>${texts.passwordKeys} <a href="${accessKeysPath}">${texts.passwordKeysLink}</a>.</p>
    ${form(
      csrf,
      `${securityPath}/password`,
      html`<input type="hidden" name="userName" autocomplete="username" value="${userName}" />
        ${field({ name: 'password', label: texts.newPassword, hint: texts.passwordHint(minimumLength), fault, type: 'password', autocomplete: 'new-password', required: true })}
        ${field({ name: 'again', label: texts.passwordAgain, fault, type: 'password', autocomplete: 'new-password', required: true })}
        <div class="actions">
          <button>${texts.passwordChange}</button><a class="button quiet" href="${securityPath}">${shared.cancel}</a>
        </div>`,
    )}`;
