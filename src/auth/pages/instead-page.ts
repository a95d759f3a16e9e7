import type { Request, Response } from 'express';
import { csrfField } from '../../platform/http/csrf.ts';
import { html } from '../../platform/http/pages/html.ts';
import { page } from '../../platform/http/pages/layout.ts';
import { sendPage } from '../../platform/http/pages/send.ts';
import { UserTable } from '../../users/user.entity.ts';
import { initiatePath } from '../connectors/openid/addresses.ts';
import type { Connection } from '../connectors/openid/connection.entity.ts';
import type { SignedIn, Web } from '../web.ts';
import { formTargets } from './signin-page.ts';
import { texts } from './texts.ts';

interface Instead {
  who: SignedIn;
  connection: Connection;
  target: string;
  loginHint: string | null;
}

/** Asks somebody who is in whether they mean to sign in at another account: their session would end by that. */
export async function sendInstead(
  web: Web,
  req: Request,
  res: Response,
  { who, connection, target, loginHint }: Instead,
): Promise<void> {
  const words = texts.instead;
  const user = await web.ground.db.read.findOneBy(UserTable, { id: who.principal.id });
  const body = html`<h1>${words.title}</h1>
    <p>${words.text(user?.primaryAddress ?? '', new URL(connection.issuer).host)}</p>
    <p>${words.hint}</p>
    <form method="post" action="${initiatePath}/${connection.id}">
      <input type="hidden" name="${csrfField}" value="${web.csrf.token(req, res)}" />
      <input type="hidden" name="target" value="${target}" />
      ${loginHint !== null && html`<input type="hidden" name="login_hint" value="${loginHint}" />`}
      <p class="actions">
        <a class="button" href="/me">${words.stay}</a>
        <button class="quiet" type="submit">${words.go}</button>
      </p>
    </form>`;
  sendPage(res, page({ title: words.title, body, narrow: true }), { formAction: formTargets(web) });
}
