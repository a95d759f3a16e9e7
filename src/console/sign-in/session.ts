import type { Response } from 'express';
import type { Session } from '../../auth/sessions/session.entity.ts';
import { sessionCookie } from '../../auth/web.ts';
import type { ConsoleWeb } from '../web.ts';

/** Remembers which organisation was signed in to, so that its digits are typed once; never who it was. */
export const organisationCookie = 'carillon_organisation';
const yearSeconds = 365 * 86_400;

/** Gives the browser its session. */
export function keepSession(web: ConsoleWeb, res: Response, begun: { session: Session; token: string }): void {
  const { session, token } = begun;
  web.cookies.set(res, sessionCookie.administrator, token, (session.expiresAt - session.createdAt) / 1000);
  web.cookies.set(res, organisationCookie, session.organisationId, yearSeconds);
}
