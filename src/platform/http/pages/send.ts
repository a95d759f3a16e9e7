import type { Response } from 'express';
import type { Html } from './html.ts';
import { allowFormsTo } from './policy.ts';

interface SendOptions {
  status?: number;
  /** Other origins, or schemes, that a form on this page may lead to, by its action or by a redirect that answers it. */
  formAction?: readonly string[];
}

/** Answers with a document that `page` made. */
export function sendPage(res: Response, document: Html, { status = 200, formAction = [] }: SendOptions = {}): void {
  if (formAction.length > 0) allowFormsTo(res, formAction);
  res.status(status).type('html').send(document.text);
}
