import { selectRows } from '../../../platform/database/select.ts';
import { list, sql } from '../../../platform/database/sql.ts';
import { GroupTable } from '../../../users/entitlement/group.entity.ts';
import type { Listed, Listing } from '../http/list.ts';
import type { ScimReply, ScimRequest } from '../http/request.ts';
import { wants } from '../protocol/projection.ts';
import { storedGroup } from './filter.ts';
import { withinPage } from './page.ts';
import { presentGroups, requireStored } from './stored.ts';

/** The connection's groups, in the order in which they came; a page of them holds so many members in all. */
export const listedGroups: Listed = {
  type: 'Group',
  id: sql`g."id"`,
  stored: storedGroup,
  from: ({ scope }, filter) =>
    sql`"directory_groups" g WHERE g."connectionId" = ${scope.connectionId} AND ${filter ?? sql`TRUE`}`,
  fitting: async (on, ids, projection) => (wants('members', projection) ? withinPage(on, ids) : [...ids]),
  show: async (on, ids, { base }, projection) => {
    const groups = await selectRows(on, GroupTable, sql`a."id" IN (${list(ids)})`);
    const shown = await presentGroups(on, groups, base, projection);
    return new Map(groups.map(({ id }, i) => [id, shown[i]!]));
  },
};

export const groupListing: Listing = { types: [listedGroups], endpoint: 'Groups', eventName: 'ListDirectoryGroups' };

/** GET /Groups/{id} (RFC 7644 §3.4.1). */
export async function readOne({ ground, scope, base, projection }: ScimRequest, id: string): Promise<ScimReply> {
  const on = ground.db.read;
  const group = await requireStored(on, scope, id);
  const [body] = await presentGroups(on, [group], base, projection);
  const { organisationId, accountId } = scope;
  ground.trail.observed({
    eventName: 'GetDirectoryGroup',
    organisationId,
    accountId,
    requestParameters: { groupId: id },
  });
  return { status: 200, body: body! };
}
