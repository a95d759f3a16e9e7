import type { Factors } from '../../access/administrators/factors/factors.ts';
import { deviceName } from '../../auth/pages/device.ts';
import type { Session } from '../../auth/sessions/session.entity.ts';
import { html, type Html } from '../../platform/http/pages/html.ts';
import { minimumLength } from '../../platform/secrets/rules.ts';
import { alertOf, buttonForm, type Fault, field, form } from '../forms.ts';
import { badge, facts, table, time } from '../parts.ts';
import { accessKeysPath } from '../access-keys/view.ts';
import { securityPath } from '../paths.ts';
import { texts as shared } from '../texts.ts';
import { texts } from './texts.ts';

interface SecurityView {
  csrf: string;
  here: Session;
  factors: Factors;
  protected: boolean;
  codesLeft: number;
  wrongCodes: number;
  devices: readonly Session[];
}

const fewCodes = 3;
const to = (path: string, label: string): Html =>
  html`<a class="button quiet" href="${securityPath}/${path}">${label}</a>`;

/** What an administrator proves themself with, and where they are signed in. */
export const securityView = (view: SecurityView): Html =>
  html`<p>${texts.intro}</p>
    ${!view.protected && html`<p class="flash warn">${texts.offer}</p>`}
    ${view.wrongCodes > 0 && html`<p class="flash warn">${texts.wrongCodes(view.wrongCodes)}</p>`}
    <h2>${texts.password}</h2>
    <div class="actions">${to('password', texts.passwordChange)}</div>
    ${passkeysView(view)} ${totpView(view)} ${view.protected && codesView(view)} ${devicesView(view)}`;

/** What somebody with nothing but a password is told where they begin. */
export const unprotectedNotice = (): Html =>
  html`<p class="flash warn">${texts.offer} <a href="${securityPath}">${texts.offerLink}</a></p>`;

const passkeysView = ({ factors: { passkeys } }: SecurityView): Html =>
  html`<h2>${texts.passkeys}</h2>
    ${
      passkeys.length === 0
        ? html`<p class="muted">${texts.passkeysNone}</p>`
        : table(
            texts.passkeys,
            [texts.passkeyName, texts.kind, texts.added, texts.used, shared.actions],
            passkeys.map(({ id, name, backedUp, createdAt, lastUsedAt }) => [
              name,
              backedUp ? texts.backedUp : texts.oneDevice,
              time(createdAt),
              time(lastUsedAt),
              html`<a href="${securityPath}/passkeys/${id}/remove"
                >${texts.remove}<span class="visually-hidden"> ${name}</span></a
              >`,
            ]),
          )
    }
    <div class="actions">${to('passkeys', texts.passkeyAdd)}</div>`;

const totpView = ({ factors: { totp } }: SecurityView): Html =>
  html`<h2>${texts.totp}</h2>
    ${facts([[texts.totpSince, time(totp?.createdAt ?? null, texts.totpNone)]])}
    <div class="actions">
      ${to('totp', totp ? texts.totpReplace : texts.totpSetUp)} ${totp && to('totp/remove', texts.remove)}
    </div>`;

const codesView = ({ codesLeft }: SecurityView): Html =>
  html`<h2>${texts.codes}</h2>
    <p>${texts.codesLeft(codesLeft)} ${codesLeft < fewCodes && texts.codesFew}</p>
    <div class="actions">${to('recovery-codes', texts.codesNew)}</div>`;

const devicesView = ({ csrf, devices, here }: SecurityView): Html =>
  html`<h2>${texts.devices}</h2>
    ${table(
      texts.devices,
      [texts.device, texts.from, texts.since, texts.seen, shared.actions],
      devices.map(({ id, userAgent, clientAddress, createdAt, lastSeenAt }) => [
        html`${deviceName(userAgent)} ${id === here.id && badge(texts.here, 'good')}`,
        clientAddress,
        time(createdAt),
        id === here.id ? texts.now : time(lastSeenAt),
        buttonForm(csrf, `${securityPath}/sessions/${id}/end`, texts.end, 'quiet', deviceName(userAgent)),
      ]),
    )}
    ${
      devices.length > 1 &&
      html`<div class="actions">${buttonForm(csrf, `${securityPath}/sessions/end-others`, texts.endOthers)}</div>`
    }`;

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
