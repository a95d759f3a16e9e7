import { refuse } from '../../../platform/http/errors.ts';
import type { Endpoint, ScimReply, ScimRequest } from '../http/request.ts';
import { bulkResponse, maxBulkPayload, readBulk } from '../protocol/bulk.ts';
import { BulkJob } from './job.ts';

/** Bulk requests of one connection at once: each is as busy as a connection that sends one change after another. */
const mostAtOnce = 4;
/** connection → its bulk requests under way */
const underWay = new Map<string, number>();

/** @throws rate.exceeded */
async function inTurn<T>(connectionId: string, work: () => Promise<T>): Promise<T> {
  const present = underWay.get(connectionId) ?? 0;
  if (present >= mostAtOnce) throw refuse('rate.exceeded', { retryAfter: 1, values: { seconds: 1 } });
  underWay.set(connectionId, present + 1);
  try {
    return await work();
  } finally {
    const left = (underWay.get(connectionId) ?? 1) - 1;
    if (left > 0) underWay.set(connectionId, left);
    else underWay.delete(connectionId);
  }
}

/**
 * POST /Bulk (RFC 7644 §3.7): each operation as if it had come alone.
 * @throws scim.invalidSyntax, scim.tooLarge, body.tooLarge (413), rate.exceeded; whatever concerns one operation stands
 * in its own result
 */
async function bulk(request: ScimRequest): Promise<ScimReply> {
  const { operations, failOnErrors } = readBulk(await request.body(maxBulkPayload));
  return inTurn(request.scope.connectionId, async () => {
    const job = new BulkJob(request, operations);
    const results = await job.run(failOnErrors);
    request.seen.operations = job.kept();
    return { status: 200, body: bulkResponse(results) };
  });
}

export const bulkEndpoint: Endpoint = { collection: { POST: bulk }, resource: {} };
