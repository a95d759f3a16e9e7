import type { Request, Response } from 'express';
import { csrfField } from '../../platform/http/csrf.ts';
import { html } from '../../platform/http/pages/html.ts';
import { page } from '../../platform/http/pages/layout.ts';
import { sendPage } from '../../platform/http/pages/send.ts';
import type { Web } from '../web.ts';
import { passkeyScript } from '../credentials/pages/passkey-form.ts';
import { passkeyOffer } from './passkey.ts';
import { overText, texts } from './texts.ts';
import { upstreamButtons } from './upstream/buttons.ts';

interface SignInPage {
  /** Where to go afterwards: a path of ours. */
  target: string;
  /** What was typed before, when no sign-in was found for it. */
  unknown?: string;
  signedOut?: boolean;
  /** An address to begin with. */
  hint?: string;
  /** How old, in seconds, the proof of the company's sign-in may be; null: as old as it is. */
  maxAge?: number | null;
  /** Why the sign-in that this browser had is over, when it had one. */
  over?: string | undefined;
}

/** Sends the one page with the one field. */
export async function sendSignIn(web: Web, req: Request, res: Response, asked: SignInPage): Promise<void> {
  const { target, unknown, signedOut, hint, maxAge = null, over } = asked;
  const words = texts.signIn;
  const refused = unknown !== undefined;
  const passkey = passkeyOffer(web, req, res, target, !refused);
  const body = html`<h1>${words.title}</h1>
    ${signedOut && html`<p class="flash" role="status">${words.signedOut}</p>`}
    ${over !== undefined && html`<p class="flash warn" role="status">${overText(over)}</p>`}
    <p>${words.lead}</p>
    <form method="post" action="/signin" novalidate>
      <input type="hidden" name="${csrfField}" value="${web.csrf.token(req, res)}" />
      <input type="hidden" name="target" value="${target}" />
      ${maxAge !== null && html`<input type="hidden" name="max_age" value="${maxAge}" />`}
      <div class="field">
        <label for="email">${words.label}</label>
        <input
          id="email"
          name="email"
          type="email"
          autocomplete="${passkey ? 'username webauthn' : 'username'}"
          autocapitalize="none"
          spellcheck="false"
          maxlength="320"
          required
          autofocus
          value="${unknown ?? hint ?? ''}"
          ${refused && html`aria-invalid="true" aria-describedby="unknown"`}
        />
        ${refused && html`<p class="error" id="unknown" role="alert">${words.unknown}</p>`}
      </div>
      <p class="actions"><button type="submit">${words.button}</button></p>
    </form>
    ${passkey}
    <ul class="ways">
      <li><a href="/register?${new URLSearchParams({ target }).toString()}">${words.register}</a></li>
    </ul>
    ${await upstreamButtons(web, req, res, { target, maxAge })}`;
  const scripts = passkey ? [passkeyScript] : [];
  const document = page({ title: words.title, body, narrow: true, scripts });
  sendPage(res, document, { status: refused ? 400 : 200, formAction: formTargets(web) });
}

/** What the form may lead on to, as schemes: naming the providers would tell who the customers are. */
export const formTargets = ({ ground }: Web): string[] =>
  ground.config.outboundPrivateHosts.length > 0 ? ['https:', 'http:'] : ['https:'];
