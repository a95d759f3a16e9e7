import { In } from 'typeorm';
import { sql } from '../../../platform/database/sql.ts';
import { GroupTable } from '../../../users/entitlement/group.entity.ts';
import { findPage } from '../http/page.ts';
import { pagingOf } from '../http/paging.ts';
import { parameterOf, type ScimReply, type ScimRequest } from '../http/request.ts';
import { attributeMap, compileFilter } from '../protocol/filter.ts';
import { listResponse, urn } from '../protocol/messages.ts';
import { wants } from '../protocol/projection.ts';
import { withinPage } from './page.ts';
import { presentGroups, requireStored } from './stored.ts';

/** What a filter on /Groups may name, in terms of the row `g`. */
const groupAttributes = attributeMap(
  {
    id: { kind: 'text', column: sql`g."id"` },
    externalId: { kind: 'text', column: sql`g."externalId"` },
    displayName: { kind: 'text', column: sql`g."displayNameKey"`, folded: true },
    'meta.created': { kind: 'time', column: sql`g."createdAt"` },
    'meta.lastModified': { kind: 'time', column: sql`g."updatedAt"` },
    members: {
      kind: 'exists',
      attributes: attributeMap({
        value: { kind: 'text', column: sql`m."memberId"` },
        type: { kind: 'text', column: sql`lower(m."memberType")`, folded: true },
      }),
      exists: (inner) => sql`EXISTS (SELECT 1 FROM "group_members" m WHERE m."groupId" = g."id" AND ${inner})`,
    },
  },
  urn.group,
);

/** GET /Groups (RFC 7644 §3.4.2). */
export async function listGroups({ ground, scope, query, projection, base }: ScimRequest): Promise<ScimReply> {
  const { startIndex, count } = pagingOf(query);
  const filter = parameterOf(query, 'filter');
  const wanted = filter === null ? sql`TRUE` : compileFilter(filter, groupAttributes);
  const from = sql`"directory_groups" g WHERE g."connectionId" = ${scope.connectionId} AND ${wanted}`;
  const on = ground.db.read;
  const id = sql`g."id"`;
  const { ids, total } = await findPage(on, { startIndex, count }, { from, id, order: id });
  const shown = wants('members', projection) ? await withinPage(on, ids) : ids;
  const groups = await on.find(GroupTable, { where: { id: In(shown) }, order: { id: 'ASC' } });
  const { organisationId, accountId } = scope;
  const requestParameters = { startIndex, count, ...(filter !== null && { filter: filter.slice(0, 256) }) };
  ground.trail.observed({ eventName: 'ListDirectoryGroups', organisationId, accountId, requestParameters });
  return {
    status: 200,
    body: listResponse(await presentGroups(on, groups, base, projection), total, startIndex),
  };
}

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
