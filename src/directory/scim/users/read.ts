import { engineOf } from '../../../platform/database/run.ts';
import { list, type Sql, sql } from '../../../platform/database/sql.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import type { Listed, Listing } from '../http/list.ts';
import type { ScimReply, ScimRequest } from '../http/request.ts';
import { storedUser } from './filter.ts';
import type { Resource } from '../protocol/present.ts';
import { showPeople } from './shown.ts';
import { known } from './stored.ts';

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
  show: async (on, ids, asking, projection) =>
    byId(
      await showPeople(on, sql`"users" u WHERE u."id" IN (${list(ids)}) AND u."deletedAt" IS NULL`, asking, projection),
    ),
  showPart: (on, part, isFew, asking, projection) => {
    // Of many no more are read whole than are shown.
    const from = isFew ? part : sql`"users" u WHERE u."id" IN (SELECT u."id" FROM ${part}) ORDER BY u."id"`;
    return showPeople(on, from, asking, projection);
  },
};

const byId = (resources: readonly Resource[]): Map<string, Resource> =>
  new Map(resources.map((each) => [String(each['id']), each]));

export const userListing: Listing = { types: [listedUsers], endpoint: 'Users', eventName: 'ListUsers' };

const withId = ({ connectionId }: DirectoryScope, id: string): Sql =>
  sql`"users" u WHERE u."id" = ${id} AND u."connectionId" = ${connectionId} AND u."deletedAt" IS NULL`;

/** GET /Users/{id} (RFC 7644 §3.4.1). */
export async function readOne(request: ScimRequest, id: string): Promise<ScimReply> {
  const { ground, scope, base, projection } = request;
  const on = ground.db.read;
  const asking = { engine: engineOf(on), base };
  const [found] = await showPeople(on, withId(scope, id), asking, projection);
  const body = known(found, id);
  const { organisationId, accountId } = scope;
  ground.trail.observed({ eventName: 'GetUser', organisationId, accountId, requestParameters: { userId: id } });
  return { status: 200, body };
}
