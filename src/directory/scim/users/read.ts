import { sql } from '../../../platform/database/sql.ts';
import { In } from 'typeorm';
import { personal } from '../../../trail/people/personal.ts';
import { UserTable } from '../../../users/user.entity.ts';
import { findPage } from '../http/page.ts';
import { pagingOf } from '../http/paging.ts';
import { parameterOf, type ScimReply, type ScimRequest } from '../http/request.ts';
import { compileFilter } from '../protocol/filter.ts';
import { listResponse } from '../protocol/messages.ts';
import { userAttributes } from './filter.ts';
import { presentUsers, requireStored } from './stored.ts';

/** GET /Users: the connection's people that the filter fits, in the order in which they came (RFC 7644 §3.4.2). */
export async function listUsers({ ground, scope, query, projection, base }: ScimRequest): Promise<ScimReply> {
  const { startIndex, count } = pagingOf(query);
  const filter = parameterOf(query, 'filter');
  const wanted = filter === null ? sql`TRUE` : compileFilter(filter, userAttributes);
  // The account is the connection's own: naming it lets the index of user names serve.
  const from = sql`"users" u WHERE u."accountId" = ${scope.accountId} AND u."connectionId" = ${scope.connectionId}
    AND u."deletedAt" IS NULL AND ${wanted}`;
  // An expression, so that the index of the filter is taken and not that of the order.
  const order = filter === null ? sql`u."id"` : sql`u."id" || ''`;
  const on = ground.db.read;
  const { ids, total } = await findPage(on, { startIndex, count }, { from, id: sql`u."id"`, order });
  const users = await on.find(UserTable, { where: { id: In(ids) }, order: { id: 'ASC' } });
  const resources = await presentUsers(on, users, base, projection);
  ground.trail.observed({
    eventName: 'ListUsers',
    organisationId: scope.organisationId,
    accountId: scope.accountId,
    // A directory looks for one person by their name before it pushes them.
    ...(filter !== null && total === 1 && ids[0] !== undefined && { about: ids[0] }),
    requestParameters: { startIndex, count, ...(filter !== null && { filter: personal(filter.slice(0, 256)) }) },
  });
  return { status: 200, body: listResponse(resources, total, startIndex) };
}

/** GET /Users/{id} (RFC 7644 §3.4.1). */
export async function readOne(request: ScimRequest, id: string): Promise<ScimReply> {
  const { ground, scope, base, projection } = request;
  const on = ground.db.read;
  const user = await requireStored(on, scope, id);
  const [body] = await presentUsers(on, [user], base, projection);
  const { organisationId, accountId } = scope;
  ground.trail.observed({ eventName: 'GetUser', organisationId, accountId, requestParameters: { userId: id } });
  return { status: 200, body: body! };
}
