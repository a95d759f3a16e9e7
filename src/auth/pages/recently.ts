import type { Request, Response } from 'express';
import { provedLately } from '../credentials/signing-in/step-up.ts';
import type { SignedIn } from '../web.ts';
import { confirmPath } from './security/frame.ts';

/**
 * Before a sensitive act, and the page that leads to it: whoever has not proved lately who they are is asked to, and
 * comes back to this address as a page.
 * @returns whether the request may go on; else it is answered
 */
export function recentlyProved(req: Request, res: Response, { session }: SignedIn): boolean {
  if (provedLately(session)) return true;
  res.redirect(303, `${confirmPath}?target=${encodeURIComponent(req.originalUrl)}`);
  return false;
}
