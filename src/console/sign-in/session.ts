import type { Request, Response } from 'express';
import { deviceDays } from '../../auth/credentials/guesses/devices.ts';
import { pendingMinutes } from '../../auth/credentials/signing-in/pending.ts';
import type { In } from '../../auth/credentials/signing-in/browser.ts';
import type { ConsoleBrowser, signInAdministrator } from '../../access/administrators/signing-in/sign-in.ts';
import type { Session } from '../../auth/sessions/session.entity.ts';
import { sessionCookie, whoIs } from '../../auth/web.ts';
import { clock } from '../../platform/clock/clock.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import { secondPath } from '../paths.ts';
import type { ConsoleWeb } from '../web.ts';

/** Which organisation was signed in to, so that its digits are typed once: sealed, and never who it was. */
const organisationCookie = 'carillon_organisation';
const organisationPlace = { table: 'cookie', row: 'console', column: organisationCookie };
const yearSeconds = 365 * 86_400;
/** A sign-in whose second factor is awaited. It opens nothing. */
const pendingCookie = 'carillon_pending';
/** A browser in which an administrator has signed in. It opens nothing either. */
const deviceCookie = 'carillon_device';

/** Gives the browser its session. */
export function keepSession(web: ConsoleWeb, res: Response, begun: { session: Session; token: string }): void {
  const { session, token } = begun;
  web.cookies.set(res, sessionCookie.administrator, token, (session.expiresAt - clock.now()) / 1000);
  const sealed = web.ground.seal.seal(session.organisationId, organisationPlace);
  web.cookies.set(res, organisationCookie, sealed, yearSeconds);
}

/** Lets the browser in: its session, and that it is known from now on. */
export function keepSignIn(web: ConsoleWeb, res: Response, begun: In): void {
  keepSession(web, res, begun);
  web.cookies.set(res, deviceCookie, begun.device, deviceDays * 86_400);
  web.cookies.clear(res, pendingCookie);
}

/** After the password: sends the browser on, in or to its second factor. */
export function goOn(
  web: ConsoleWeb,
  res: Response,
  step: Awaited<ReturnType<typeof signInAdministrator>>,
  target: string,
): void {
  if (step.step === 'in') {
    keepSignIn(web, res, step);
    res.redirect(303, target);
    return;
  }
  web.cookies.set(res, pendingCookie, step.token, pendingMinutes * 60);
  res.redirect(303, secondPath);
}

/** What the browser brings to a sign-in. */
export const browserOf = async (
  web: ConsoleWeb,
  req: Request,
  res: Response,
  target: string,
): Promise<ConsoleBrowser> => ({
  browser: web.csrf.browser(req, res),
  device: deviceOf(web, req),
  previous: (await whoIs(web, req, 'administrator')).session,
  target,
});

export const deviceOf = (web: ConsoleWeb, req: Request): string | undefined => web.cookies.read(req, deviceCookie);
export const pendingOf = (web: ConsoleWeb, req: Request): string | undefined => web.cookies.read(req, pendingCookie);
export const forgetPending = (web: ConsoleWeb, res: Response): void => web.cookies.clear(res, pendingCookie);

/** The organisation that was signed in to last, or nothing. */
export function rememberedOrganisation(web: ConsoleWeb, req: Request): string {
  try {
    return web.ground.seal.unseal(web.cookies.read(req, organisationCookie) ?? '', organisationPlace);
  } catch (error) {
    if (error instanceof CarillonError) return ''; // none, or from before the keys were changed
    throw error;
  }
}
