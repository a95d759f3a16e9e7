import type { Request, Response } from 'express';
import { CarillonError } from '../../../platform/errors/errors.ts';
import type { Web } from '../../web.ts';
import { sendForm } from './form-page.ts';
import { ownTexts as texts } from './texts.ts';

/** Whether a mailed link is at fault, which no form can mend. */
export const isStale = (error: unknown): error is CarillonError =>
  error instanceof CarillonError && error.code === 'own.linkInvalid';

/** What a link that is over is answered with, and the way to another. @throws whatever else was thrown */
export function sendStale(
  web: Web,
  req: Request,
  res: Response,
  error: unknown,
  again: 'register' | 'reset' | 'signIn',
): void {
  if (!isStale(error) || req.accepts(['html', 'json']) === 'json') throw error;
  const href = again === 'signIn' ? '/signin' : `/${again}`;
  sendForm(web, req, res, {
    title: texts.stale.title,
    lead: [error.message],
    links: [{ href, text: texts.stale[again] }],
    status: error.status,
  });
}
