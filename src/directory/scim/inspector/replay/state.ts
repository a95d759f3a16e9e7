import { firstRow } from '../../../../platform/database/run.ts';
import { selectRow } from '../../../../platform/database/select.ts';
import { sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import { hashToken } from '../../../../platform/ids/ids.ts';
import { GroupTable } from '../../../../users/entitlement/group.entity.ts';
import { UserTable } from '../../../../users/user.entity.ts';
import { asInput, isActive } from '../../users/stored.ts';
import type { KeptRequest } from '../request.entity.ts';

/** The resource of a request as it is now. */
export interface State {
  /** A digest of all that the directory may see of it, and of its count of changes. */
  digest: string;
  /** When it was changed last; null when it is not there. */
  updatedAt: number | null;
}

const absent: State = { digest: 'absent', updatedAt: null };

/** What the resource is now that a request's path names: of a request that creates one, none. */
export async function stateOf(on: Reader, { path, connectionId, accountId }: KeptRequest): Promise<State> {
  const [, endpoint, id = ''] = path.split('/');
  if (id === '') return absent;
  const which = sql`a."id" = ${id} AND a."connectionId" = ${connectionId} AND a."accountId" = ${accountId}`;
  if (endpoint === 'Users') {
    const user = await selectRow(on, UserTable, sql`${which} AND a."deletedAt" IS NULL`);
    if (!user) return absent;
    const state = [asInput(user, await isActive(on, id)), user.updatedAt];
    return { digest: hashToken(JSON.stringify(state)), updatedAt: user.updatedAt };
  }
  const group = await selectRow(on, GroupTable, which);
  if (!group) return absent;
  // A member who was deleted leaves without a change of the group.
  const members = await firstRow<{ n: number | string }>(
    on,
    sql`SELECT COUNT(*) AS "n" FROM "group_members" WHERE "groupId" = ${id}`,
  );
  const { displayName, externalId, version, updatedAt } = group;
  const state = [displayName, externalId, version, updatedAt, Number(members?.n)];
  return { digest: hashToken(JSON.stringify(state)), updatedAt };
}
