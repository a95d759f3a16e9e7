import type { Request, Response } from 'express';
import { html } from '../../platform/http/pages/html.ts';
import { page } from '../../platform/http/pages/layout.ts';
import { sendPage } from '../../platform/http/pages/send.ts';
import { sessionCookie, type SignedIn, whoIs, type Web } from '../web.ts';
import { overText, texts } from './texts.ts';

/**
 * The person who is signed in.
 * @returns null when nobody is; the answer is out then: the sign-in page, or why a session is over
 */
export async function personOf(web: Web, req: Request, res: Response): Promise<SignedIn | null> {
  const who = await whoIs(web, req, 'user');
  if (who.in) return who;
  if (who.because === 'none') res.redirect(303, '/signin?target=/me');
  else {
    web.cookies.clear(res, sessionCookie.user);
    const body = html`<h1>${texts.over.title}</h1>
      <p role="alert">${overText(who.because)}</p>
      <p class="actions"><a class="button" href="/signin">${texts.over.link}</a></p>`;
    sendPage(res, page({ title: texts.over.title, body, narrow: true }), { status: 401 });
  }
  return null;
}
