import type { Request, Response } from 'express';
import { deviceDays } from '../credentials/guesses/devices.ts';
import { pendingMinutes } from '../credentials/signing-in/pending.ts';
import type { Browser } from '../credentials/signing-in/browser.ts';
import { type Entered, letIn, type Shown } from '../people/let-in.ts';
import type { AnyProof } from '../people/proof.ts';
import { sessionCookie, whoIs, type Web } from '../web.ts';

export const secondPath = '/signin/second';

/** A sign-in whose second factor is awaited. It opens nothing. */
const pendingCookie = 'carillon_second';
/** A browser in which a person has signed in by what Carillon keeps. It opens nothing either. */
const deviceCookie = 'carillon_known';

/**
 * Lets in whom a connector, or Carillon itself, has proved, and goes on to where they wanted; or to the second factor
 * that they have, or need.
 * @param shown what they have shown before
 * @throws what `letIn` throws
 */
export async function enter(
  web: Web,
  req: Request,
  res: Response,
  proof: AnyProof,
  shown: Shown | null = null,
): Promise<void> {
  const entered = await letIn(web.ground, web.sessions, proof, await browserOf(web, req, res), shown);
  goOn(web, res, entered, proof.target);
}

/** Gives the browser what it is in by, and sends it on. */
export function goOn(web: Web, res: Response, entered: Entered, target: string): void {
  keepSignIn(web, res, entered);
  if (entered.step === 'second') res.redirect(303, secondPath);
  else res.redirect(303, entered.step === 'further' ? entered.path : target);
}

/** Gives the browser its session, or what is pending instead. */
export function keepSignIn(web: Web, res: Response, entered: Entered): void {
  const { cookies, ground } = web;
  if (entered.step !== 'in') {
    cookies.set(res, pendingCookie, entered.token, pendingMinutes * 60);
    return;
  }
  cookies.set(res, sessionCookie.user, entered.token, ground.config.sessionHours * 3600);
  if (entered.device !== null) cookies.set(res, deviceCookie, entered.device, deviceDays * 86_400);
  cookies.clear(res, pendingCookie);
}

/** What the browser brings to a sign-in. */
export async function browserOf(web: Web, req: Request, res: Response): Promise<Browser> {
  const before = await whoIs(web, req, 'user');
  return {
    browser: web.csrf.browser(req, res),
    device: deviceOf(web, req),
    previous: before.in ? before.session : null,
  };
}

export const deviceOf = (web: Web, req: Request): string | undefined => web.cookies.read(req, deviceCookie);
export const pendingOf = (web: Web, req: Request): string | undefined => web.cookies.read(req, pendingCookie);
export const forgetPending = (web: Web, res: Response): void => web.cookies.clear(res, pendingCookie);
