import { selectRows } from '../../../platform/database/select.ts';
import { list, sql } from '../../../platform/database/sql.ts';
import { UserTable } from '../../../users/user.entity.ts';
import type { Listed, Listing } from '../http/list.ts';
import type { ScimReply, ScimRequest } from '../http/request.ts';
import { storedUser } from './filter.ts';
import { presentUsers, requireStored } from './stored.ts';

/** The connection's people, the deactivated among them, in the order in which they came. */
export const listedUsers: Listed = {
  type: 'User',
  id: sql`u."id"`,
  stored: storedUser,
  from: ({ scope }, filter) =>
    filter === null
      ? sql`"users" u WHERE u."connectionId" = ${scope.connectionId} AND u."deletedAt" IS NULL`
      : // The account is the connection's own, and who was released is in none: so the index of user names serves.
        sql`"users" u WHERE u."accountId" = ${scope.accountId} AND u."connectionId" = ${scope.connectionId}
          AND u."deletedAt" IS NULL AND u."releasedAt" IS NULL AND ${filter}`,
  show: async (on, ids, { base }, projection) => {
    const found = selectRows(on, UserTable, sql`a."id" IN (${list(ids)}) AND a."deletedAt" IS NULL`);
    const shown = await presentUsers(on, ids, found, base, projection);
    return new Map((await found).map(({ id }, i) => [id, shown[i]!]));
  },
};

export const userListing: Listing = { types: [listedUsers], endpoint: 'Users', eventName: 'ListUsers' };

/** GET /Users/{id} (RFC 7644 §3.4.1). */
export async function readOne(request: ScimRequest, id: string): Promise<ScimReply> {
  const { ground, scope, base, projection } = request;
  const on = ground.db.read;
  const found = requireStored(on, scope, id).then((user) => [user]);
  const [body] = await presentUsers(on, [id], found, base, projection);
  const { organisationId, accountId } = scope;
  ground.trail.observed({ eventName: 'GetUser', organisationId, accountId, requestParameters: { userId: id } });
  return { status: 200, body: body! };
}
