import type { Request, Response } from 'express';
import type { Csrf } from '../../../platform/http/csrf.ts';
import type { Html } from '../../../platform/http/pages/html.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Session } from '../../sessions/session.entity.ts';
import type { Passkeys } from '../factors/passkeys.ts';
import type { Holder } from '../holders.ts';
import { provedLately } from '../signing-in/step-up.ts';

/** Who has opened a page of their own credentials. */
export interface Visitor {
  holder: Holder;
  /** As an authenticator's own dialogue names them. */
  displayName: string;
  session: Session;
  /** For the forms of the page. */
  csrf: string;
}

interface Shown {
  title: string;
  body: Html;
  status?: number;
  scripts?: readonly string[];
}

/** Where the pages of a kind of holder's own credentials stand, and how they are shown. */
export interface CredentialFrame<V extends Visitor = Visitor> {
  ground: Ground;
  csrf: Csrf;
  passkeys: Passkeys;
  /** The page of one's own sign-in; the others stand below it. */
  path: string;
  /** The page that asks for a further proof. */
  confirmPath: string;
  /** Who it is; null when nobody is in, or nobody whom it concerns: the answer is out then. */
  visit: (req: Request, res: Response) => Promise<V | null>;
  show: (req: Request, res: Response, shown: Shown) => void;
  /** After a change: back to the page, which tells what the code stands for. */
  done: (res: Response, code: string) => void;
}

/**
 * Before a sensitive act, and the page that leads to it: whoever has not proved lately who they are is asked to, and
 * comes back to this address as a page.
 * @returns the visitor; null when the request is answered
 */
export async function recentVisitor<V extends Visitor>(
  frame: CredentialFrame<V>,
  req: Request,
  res: Response,
): Promise<V | null> {
  const visitor = await frame.visit(req, res);
  if (!visitor || provedLately(visitor.session)) return visitor;
  res.redirect(303, `${frame.confirmPath}?target=${encodeURIComponent(req.originalUrl)}`);
  return null;
}
