import type { z } from 'zod';
import { requireAccount } from '../../accounts/accounts/accounts.ts';
import { findRequest, listRequests } from '../../directory/scim/inspector/list.ts';
import { previewReplay, replayRequest } from '../../directory/scim/inspector/replay/replay.ts';
import { iso } from '../../platform/clock/clock.ts';
import type { Scope } from '../../users/lifecycle/out.ts';
import type { Call, Reply } from '../operation.ts';
import { afterOf, nextToken } from '../wire/paging.ts';
import { presentEffect, presentRequest, presentSummary } from './present.ts';
import { type listScimRequestsQuery, type replayBody, requestCursor } from './schema.ts';

/** The account of the path, if it is of the caller's organisation. @throws account.notFound */
async function scopeOf({ ground, caller, path }: Call): Promise<Scope> {
  const { organisationId } = caller;
  const { id } = await requireAccount(ground.db.read, organisationId, path['accountId'] ?? '');
  return { organisationId, accountId: id };
}

const idOf = ({ path }: Call): string => path['scimRequestId'] ?? '';

/** What an account's directory sent, newest first. @throws account.notFound */
export async function listScimRequests(call: Call<z.output<typeof listScimRequestsQuery>>): Promise<Reply> {
  const { query } = call;
  const { requests, more } = await listRequests(call.ground, {
    ...(await scopeOf(call)),
    keyId: query['key-id'],
    outcome: query.outcome,
    status: query.status,
    method: query.method,
    who: query.who,
    before: afterOf(call, requestCursor),
    limit: query['max-results'],
  });
  const last = requests.at(-1);
  return {
    status: 200,
    body: { ScimRequests: requests.map(presentSummary), ...(more && last && { NextToken: nextToken(call, last.id) }) },
  };
}

/** One request, with its content. @throws account.notFound, scimRequest.notFound */
export async function getScimRequest(call: Call): Promise<Reply> {
  const request = await findRequest(call.ground, await scopeOf(call), idOf(call));
  return { status: 200, body: { ScimRequest: presentRequest(request) } };
}

/** What a replay would do now; does nothing. @throws account.notFound, what `previewReplay` throws */
export async function previewScimRequestReplay(call: Call): Promise<Reply> {
  const { effect, changedSince, token } = await previewReplay(call.ground, await scopeOf(call), idOf(call));
  return {
    status: 200,
    body: {
      Effect: presentEffect(effect),
      ...(changedSince !== null && { ChangedSince: iso(changedSince) }),
      ...(token !== null && { EffectToken: token }),
    },
  };
}

/** Does a request again, as its effect was shown. @throws account.notFound, what `replayRequest` throws */
export async function replayScimRequest(call: Call<unknown, z.output<typeof replayBody>>): Promise<Reply> {
  await replayRequest(call.ground, await scopeOf(call), idOf(call), call.body.EffectToken);
  return { status: 204 };
}
