import express from 'express';
import type { Response, Router } from 'express';
import { formOf } from '../../platform/http/pages/app.ts';
import { sendPage } from '../../platform/http/pages/send.ts';
import { revokeApplication } from '../provider/consents/consents.ts';
import { sessionCookie, type SignedIn, type Web } from '../web.ts';
import { readMe } from './me-facts.ts';
import { mePage } from './me-page.ts';
import { personOf } from './person.ts';
import { signOutDevice, signOutElsewhere } from './sign-out.ts';
import { ownPathNow } from './target.ts';
import { texts } from './texts.ts';

/** What is said after a change, by its code in the query; nothing else of an address is shown. */
const doneOf = (code: unknown): string | undefined =>
  code === 'passwordChanged' ? texts.me.passwordChanged : undefined;

/** `/me`: who somebody is here, with what tier and why, and the devices that they can sign out. */
export function meRoutes(web: Web): Router {
  const { ground, sessions } = web;
  const router = express.Router({ caseSensitive: true });

  const signOut = async (
    res: Response,
    who: SignedIn,
    sessionId: string,
    target = '/signin?signed-out',
  ): Promise<void> => {
    await signOutDevice(ground, sessions, who, sessionId);
    if (sessionId !== who.session.id) return res.redirect(303, '/me');
    web.cookies.clear(res, sessionCookie.user);
    res.redirect(303, target);
  };

  router.get('/me', async (req, res) => {
    const who = await personOf(web, req, res);
    if (!who) return;
    const facts = await readMe(ground.db.read, sessions, who);
    sendPage(res, mePage(facts, who.session, web.csrf.token(req, res), doneOf(req.query['done'])));
  });

  router.post('/me/devices/:id/sign-out', async (req, res) => {
    const who = await personOf(web, req, res);
    if (who) await signOut(res, who, req.params.id);
  });

  router.post('/me/sign-out', async (req, res) => {
    const who = await personOf(web, req, res);
    if (!who) return;
    const target = ownPathNow(formOf(req).get('target'), ground.config.publicUrl, '/signin?signed-out');
    await signOut(res, who, who.session.id, target);
  });

  router.post('/me/sign-out-elsewhere', async (req, res) => {
    const who = await personOf(web, req, res);
    if (!who) return;
    await signOutElsewhere(ground, sessions, who);
    res.redirect(303, '/me');
  });

  router.post('/me/applications/:client/revoke', async (req, res) => {
    const who = await personOf(web, req, res);
    if (!who) return;
    await revokeApplication(ground, who.principal, req.params.client);
    res.redirect(303, '/me');
  });

  return router;
}
