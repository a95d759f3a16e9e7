import type { Request, Response } from 'express';
import type { Proof } from '../connectors/openid/finish.ts';
import { letIn } from '../people/let-in.ts';
import { sessionCookie, whoIs, type Web } from '../web.ts';

/** Lets in whom a connector has proved, and goes on to where they wanted. @throws what `letIn` throws */
export async function enter(web: Web, req: Request, res: Response, proof: Proof): Promise<void> {
  const { ground, sessions, cookies } = web;
  const before = await whoIs(web, req, 'user');
  const { token } = await letIn(ground, sessions, proof, before.in ? before.session : null);
  cookies.set(res, sessionCookie.user, token, ground.config.sessionHours * 3600);
  res.redirect(303, proof.target);
}
