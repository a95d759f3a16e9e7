import type { Request, Response } from 'express';
import { requestContext } from '../../../platform/context/context.ts';
import { CarillonError } from '../../../platform/errors/errors.ts';
import { html } from '../../../platform/http/pages/html.ts';
import { page } from '../../../platform/http/pages/layout.ts';
import { sendPage } from '../../../platform/http/pages/send.ts';
import { reportError } from '../../../platform/http/reply.ts';
import type { Web } from '../../web.ts';
import { texts as common } from '../texts.ts';
import { linksPath } from './paths.ts';
import { texts } from './texts.ts';

/**
 * Tells a person why their ways to sign in are as they were.
 * @throws what is no refusal, and any for a client that asks for JSON: the pages' own error handler answers that
 */
export function sendUnchanged({ ground }: Web, req: Request, res: Response, error: unknown): void {
  if (!(error instanceof CarillonError) || req.accepts(['html', 'json']) === 'json') throw error;
  reportError(ground.log, error);
  const { reference, referenceHelp } = common.refused;
  const { title, back } = texts.unchanged;
  const body = html`<h1>${title}</h1>
    <p role="alert">${error.message}</p>
    <p class="actions"><a class="button" href="${linksPath}">${back}</a></p>
    <p class="muted">${reference}: <code>${requestContext().requestId}</code><br />${referenceHelp}</p>`;
  sendPage(res, page({ title, body, narrow: true }), { status: error.status });
}
