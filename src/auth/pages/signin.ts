import express from 'express';
import type { Router } from 'express';
import { normaliseAddress } from '../../accounts/domains/name.ts';
import { formOf } from '../../platform/http/pages/app.ts';
import { placeOf } from '../own/place.ts';
import { connectionFor, directoryFor } from '../discovery/route.ts';
import { sessionCookie, whoIs, type Web } from '../web.ts';
import { begin } from './attempts.ts';
import { sendOwnSignIn } from './own/signin-page.ts';
import { sendPassword } from './password-page.ts';
import { sendSignIn } from './signin-page.ts';
import { ownPath } from './target.ts';

/** There was no sign-in, or none that anybody ended: nothing is to be told of it. */
const silent: ReadonlySet<string> = new Set(['none', 'unknown', 'renewed', 'signedInAgain', 'signedOutHere']);

/** As much of an address as is looked at, and shown again. */
const longest = 320;

/** `/` and `/signin`: e-mail first, then the provider, or the directory, of whoever has verified its domain. */
export function signInRoutes(web: Web, limit: () => Promise<void>): Router {
  const { ground } = web;
  const router = express.Router({ caseSensitive: true });

  /** Whether people with this address sign in with what Carillon holds; by the domain alone, known or not. */
  const isOwn = async (address: string): Promise<boolean> =>
    normaliseAddress(address) !== null && (await placeOf(ground.db.read, address)).kind !== 'company';

  router.get('/', async (req, res) => {
    const who = await whoIs(web, req, 'user');
    // A session that is over goes to its page too, which says why.
    res.redirect(303, who.in || who.because !== 'none' ? '/me' : '/signin');
  });

  router.get('/signin', async (req, res) => {
    const query = new URL(ground.config.publicUrl + req.originalUrl).searchParams;
    const target = ownPath(query.get('target'), ground.config.publicUrl);
    const hint = (query.get('login_hint') ?? '').slice(0, longest);
    const who = await whoIs(web, req, 'user');
    const over = who.in || silent.has(who.because) ? undefined : who.because;
    // Told once: the next page of sign-ins is one like any other.
    if (over !== undefined) web.cookies.clear(res, sessionCookie.user);
    const asked = { target, signedOut: query.has('signed-out'), hint, maxAge: ageOf(query), over };
    await sendSignIn(web, req, res, asked);
  });

  router.post('/signin', async (req, res) => {
    await limit();
    const form = formOf(req);
    const target = ownPath(form.get('target'), ground.config.publicUrl);
    const address = (form.get('email') ?? '').trim().slice(0, longest);
    const connection = await connectionFor(ground.db.read, address);
    const maxAge = ageOf(form);
    const atDirectory = connection ? null : await directoryFor(ground.db.read, address);
    if (atDirectory) sendPassword(web, req, res, { email: address, name: address, target });
    else if (connection) await begin(web, req, res, connection, { target, loginHint: address, maxAge });
    else if (await isOwn(address)) sendOwnSignIn(web, req, res, { email: address, target });
    else await sendSignIn(web, req, res, { target, unknown: address, maxAge });
  });

  return router;
}

/** How old the proof may be, when somebody asks for a new one (OpenID Connect Core §3.1.2.1, `max_age`). */
export function ageOf(given: URLSearchParams): number | null {
  const age = given.get('max_age');
  return age !== null && /^\d{1,9}$/.test(age) ? Number(age) : null;
}
