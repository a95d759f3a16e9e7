import { buttonForm } from '../../../platform/http/pages/forms.ts';
import { html, type Html } from '../../../platform/http/pages/html.ts';
import { badge, facts, table, time } from '../../../platform/http/pages/parts.ts';
import { texts as shared } from '../../../platform/http/pages/texts.ts';
import { deviceName } from '../../pages/device.ts';
import type { Session } from '../../sessions/session.entity.ts';
import { type Factors, hasFactor } from '../factors/factors.ts';
import { texts } from './texts.ts';

export interface CredentialsView {
  csrf: string;
  /** The page of one's own sign-in; what can be done stands below it. */
  path: string;
  /** The session of the device that asks. */
  here: Session;
  factors: Factors;
  codesLeft: number;
  /** What is said where there is no passkey yet. */
  passkeysNone: string;
  devices: readonly Session[];
}

const fewCodes = 3;

/** A way to a page below that of one's own sign-in. */
export const below = (base: string, name: string, label: string): Html =>
  html`<a class="button quiet" href="${base}/${name}">${label}</a>`;

/** What somebody proves themself with beside a password, and where they are signed in. */
export const credentialsView = (view: CredentialsView): Html =>
  html`${passkeysView(view)} ${totpView(view)} ${hasFactor(view.factors) && codesView(view)} ${devicesView(view)}`;

const passkeysView = ({ path, passkeysNone, factors: { passkeys } }: CredentialsView): Html =>
  html`<h2>${texts.passkeys}</h2>
    ${
      passkeys.length === 0
        ? html`<p class="muted">${passkeysNone}</p>`
        : table(
            texts.passkeys,
            [texts.passkeyName, texts.kind, texts.added, texts.used, shared.actions],
            passkeys.map(({ id, name, backedUp, createdAt, lastUsedAt }) => [
              name,
              backedUp ? texts.backedUp : texts.oneDevice,
              time(createdAt),
              time(lastUsedAt),
              html`<a href="${path}/passkeys/${id}/remove"
                >${texts.remove}<span class="visually-hidden"> ${name}</span></a
              >`,
            ]),
          )
    }
    <div class="actions">${below(path, 'passkeys', texts.passkeyAdd)}</div>`;

const totpView = ({ path, factors: { totp } }: CredentialsView): Html =>
  html`<h2>${texts.totp}</h2>
    ${facts([[texts.totpSince, time(totp?.createdAt ?? null, texts.totpNone)]])}
    <div class="actions">
      ${below(path, 'totp', totp ? texts.totpReplace : texts.totpSetUp)}
      ${totp && below(path, 'totp/remove', texts.remove)}
    </div>`;

const codesView = ({ path, codesLeft }: CredentialsView): Html =>
  html`<h2>${texts.codes}</h2>
    <p>${texts.codesLeft(codesLeft)} ${codesLeft < fewCodes && texts.codesFew}</p>
    <div class="actions">${below(path, 'recovery-codes', texts.codesNew)}</div>`;

const devicesView = ({ csrf, path, devices, here }: CredentialsView): Html =>
  html`<h2>${texts.devices}</h2>
    ${table(
      texts.devices,
      [texts.device, texts.from, texts.since, texts.seen, shared.actions],
      devices.map(({ id, userAgent, clientAddress, createdAt, lastSeenAt }) => [
        html`${deviceName(userAgent)} ${id === here.id && badge(texts.here, 'good')}`,
        clientAddress,
        time(createdAt),
        id === here.id ? texts.now : time(lastSeenAt),
        buttonForm(csrf, `${path}/sessions/${id}/end`, texts.end, 'quiet', deviceName(userAgent)),
      ]),
    )}
    ${
      devices.length > 1 &&
      html`<div class="actions">${buttonForm(csrf, `${path}/sessions/end-others`, texts.endOthers)}</div>`
    }`;
