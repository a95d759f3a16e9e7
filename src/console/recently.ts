import type { Request, Response } from 'express';
import { provedLately } from '../auth/credentials/signing-in/step-up.ts';
import { visitOf } from './guard.ts';
import { confirmPath } from './paths.ts';

/**
 * Before a sensitive act, and the page that leads to it: whoever has not proved lately who they are is asked to, and
 * comes back to this address as a page.
 * @returns whether the request may go on; else it is answered
 */
export function recently(req: Request, res: Response): boolean {
  if (provedLately(visitOf(req).session)) return true;
  res.redirect(303, `${confirmPath}?target=${encodeURIComponent(req.originalUrl)}`);
  return false;
}
