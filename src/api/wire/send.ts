import type { ServerResponse } from 'node:http';
import { requestContext } from '../../platform/context/context.ts';
import { asCarillonError } from '../../platform/http/errors.ts';
import { sendText } from '../../platform/http/reply.ts';
import type { Reply } from '../operation.ts';
import { faultOf } from './faults.ts';

const type = 'application/json';

/** Answers with what an operation gave. */
export function sendReply(res: ServerResponse, { status, body }: Reply): void {
  res.setHeader('x-amzn-requestid', requestContext().requestId);
  if (body === undefined) res.writeHead(status, { 'cache-control': 'no-store' }).end();
  else sendText(res, status, type, JSON.stringify(body));
}

/** Answers with an error: clients read its name from the header, and what to show from the body. */
export function sendFault(res: ServerResponse, thrown: unknown): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const error = asCarillonError(thrown);
  const { exception, code, status } = faultOf(error);
  sendText(res, status, type, JSON.stringify({ Code: code, Message: error.message }), {
    'x-amzn-errortype': exception,
    'x-amzn-requestid': requestContext().requestId,
    ...(error.retryAfter === undefined ? {} : { 'retry-after': error.retryAfter }),
  });
}
