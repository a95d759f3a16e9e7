import express from 'express';
import type { Router } from 'express';
import { clock } from '../../../platform/clock/clock.ts';
import { html } from '../../../platform/http/pages/html.ts';
import { factorsOf, hasFactor } from '../../credentials/factors/factors.ts';
import { recoveryCodesLeft } from '../../credentials/factors/recovery-codes.ts';
import { wrongCodes } from '../../credentials/guesses/codes.ts';
import { confirmRoutes } from '../../credentials/pages/confirm-routes.ts';
import { factorRoutes } from '../../credentials/pages/factor-routes.ts';
import { below, credentialsView } from '../../credentials/pages/security-view.ts';
import { texts as credentialTexts } from '../../credentials/pages/texts.ts';
import { type PasswordOf, provingPerson } from '../../people/step-up.ts';
import { sessionCookie, type Web } from '../../web.ts';
import { deviceOf } from '../enter.ts';
import { upstreamAgain } from '../upstream/again.ts';
import { signOutDevice, signOutElsewhere } from '../sign-out.ts';
import { ownPath } from '../target.ts';
import { confirmPath, personFrame, type PersonVisitor, securityPath } from './frame.ts';
import { hasOwnAccount } from '../../../users/own.ts';
import { texts } from './texts.ts';

/** `/me/security`: what a person proves themself with beside a password, and where they are signed in. */
export function securityRoutes(web: Web, passwordOf: PasswordOf): Router {
  const { ground, sessions } = web;
  const { read } = ground.db;
  const frame = personFrame(web);
  const router = express.Router({ caseSensitive: true });

  router.get(securityPath, async (req, res) => {
    const visitor = await frame.visit(req, res);
    if (!visitor) return;
    const { holder, user, who } = visitor;
    const factors = await factorsOf(read, holder);
    const wrong = await wrongCodes(read, holder);
    const isOwn = await hasOwnAccount(read, user);
    const view = credentialsView({
      csrf: visitor.csrf,
      path: securityPath,
      here: visitor.session,
      factors,
      codesLeft: await recoveryCodesLeft(read, holder),
      passkeysNone: isOwn ? texts.passkeysNoneOwn : texts.passkeysNone,
      devices: await sessions.list(who.principal),
    });
    const offer = offerTo(visitor, hasFactor(factors), isOwn && (await passwordOf(read, user.id)) !== null);
    const body = html`<p>${texts.intro}</p>
      ${offer !== null && html`<p class="flash warn">${offer}</p>`}
      ${wrong > 0 && html`<p class="flash warn">${credentialTexts.wrongCodes(wrong)}</p>`} ${view}`;
    frame.show(req, res, { title: texts.title, body });
  });

  router.post(`${securityPath}/sessions/end-others`, async (req, res) => {
    const visitor = await frame.visit(req, res);
    if (!visitor) return;
    await signOutElsewhere(ground, sessions, visitor.who);
    frame.done(res, 'devicesEnded');
  });

  router.post(`${securityPath}/sessions/:sessionId/end`, async (req, res) => {
    const visitor = await frame.visit(req as express.Request, res);
    if (!visitor) return;
    const { sessionId } = req.params;
    await signOutDevice(ground, sessions, visitor.who, sessionId);
    if (sessionId !== visitor.session.id) return frame.done(res, 'deviceEnded');
    web.cookies.clear(res, sessionCookie.user);
    res.redirect(303, '/signin?signed-out');
  });

  const confirming = confirmRoutes<PersonVisitor>({
    ...frame,
    intro: texts.confirmIntro,
    proving: (visitor) => provingPerson(read, sessions, passwordOf, visitor),
    hasPassword: async ({ user }) => (await passwordOf(read, user.id)) !== null,
    nothing: async ({ user }, target) => {
      const again = await upstreamAgain(read, user.id, target);
      return html`${again ?? html`<p>${texts.nothing}</p>`}
        <p class="actions">${below('/me', 'security', texts.nothingLink)}</p>`;
    },
    deviceOf: (req) => deviceOf(web, req),
    keep: (res, { session, token }) =>
      web.cookies.set(res, sessionCookie.user, token, (session.expiresAt - clock.now()) / 1000),
    ownTarget: (target) => ownTarget(target, ground.config.publicUrl),
  });
  router.use(confirming, factorRoutes(frame));
  return router;
}

/** What somebody is told who has nothing but a password. */
function offerTo({ policy }: PersonVisitor, isProtected: boolean, hasOwnPassword: boolean): string | null {
  if (isProtected) return null;
  if (policy.required) return texts.offerRequired;
  return hasOwnPassword ? texts.offerOwn : null;
}

/** Where to go after a further proof: a page of the person's own, and never that one again. */
function ownTarget(target: string | null, publicUrl: string): string {
  const path = ownPath(target, publicUrl, securityPath);
  return path.startsWith(confirmPath) ? securityPath : path;
}
