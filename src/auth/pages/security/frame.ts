import type { Request, Response } from 'express';
import { html } from '../../../platform/http/pages/html.ts';
import { page } from '../../../platform/http/pages/layout.ts';
import { sendPage } from '../../../platform/http/pages/send.ts';
import { type User, UserTable } from '../../../users/user.entity.ts';
import { Passkeys } from '../../credentials/factors/passkeys.ts';
import type { CredentialFrame, Visitor } from '../../credentials/pages/frame.ts';
import { personHolder } from '../../people/holder.ts';
import { type FactorPolicy, policyFor } from '../../people/second-factor.ts';
import type { SignedIn, Web } from '../../web.ts';
import { personOf } from '../person.ts';
import { flashes, texts } from './texts.ts';

export const securityPath = '/me/security';
export const confirmPath = '/me/security/confirm';

/** A person at the pages of their own sign-in. */
export interface PersonVisitor extends Visitor {
  user: User;
  who: SignedIn;
  policy: FactorPolicy;
}

/** The person's pages as the frame of credentials' pages. Who proves everything at their company has none. */
export const personFrame = (web: Web): CredentialFrame<PersonVisitor> => ({
  ground: web.ground,
  csrf: web.csrf,
  passkeys: new Passkeys(web.ground, web.keyring, 'user'),
  path: securityPath,
  confirmPath,
  visit: async (req, res) => {
    const who = await personOf(web, req, res);
    const user = who && (await web.ground.db.read.findOneBy(UserTable, { id: who.principal.id }));
    if (!user) return null;
    const policy = await policyFor(web.ground.db.read, user);
    if (!policy.asked) {
      res.redirect(303, '/me');
      return null;
    }
    const displayName = user.displayName || user.primaryAddress;
    const { session } = who;
    return { who, user, policy, session, displayName, holder: personHolder(user), csrf: web.csrf.token(req, res) };
  },
  show: (req, res, { title, body, status = 200, scripts = [] }) => {
    const content = html`<p class="muted"><a href="/me">${texts.back}</a></p>
      <h1>${title}</h1>
      ${flashOf(req)} ${body}`;
    sendPage(res, page({ title, body: content, scripts }), { status });
  },
  done: (res: Response, code) => res.redirect(303, `${securityPath}?done=${code}`),
});

function flashOf(req: Request) {
  const code = req.query['done'];
  const text = typeof code === 'string' && req.method === 'GET' ? flashes.get(code) : undefined;
  return text !== undefined && html`<p class="flash good" role="status">${text}</p>`;
}
