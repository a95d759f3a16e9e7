import { rows } from '../../../../platform/database/run.ts';
import { sql } from '../../../../platform/database/sql.ts';
import type { Reader } from '../../../../platform/database/unit.ts';
import { ldapErrors } from '../../errors.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import type { DirectoryReader, MemberIndex } from '../reader.ts';
import type { DirectoryGroup } from './apply.ts';

/** The guids of the groups that an administrator gave a tier. */
export async function mappedGuids(on: Reader, { accountId, connectionId }: DirectoryScope): Promise<string[]> {
  const found = await rows<{ guid: string }>(
    on,
    sql`SELECT g."externalId" AS "guid" FROM "tier_mappings" t JOIN "directory_groups" g ON g."id" = t."groupId"
        WHERE t."accountId" = ${accountId} AND g."connectionId" = ${connectionId} AND g."externalId" IS NOT NULL`,
  );
  return found.map(({ guid }) => guid);
}

/** Groups that are read at once, and members of all of them together: more is no company, and no memory holds it. */
const mostGroups = 50_000;
const mostMembers = 5_000_000;
/** So many are asked for beside each other: a directory that is slow has the same time for each of them. */
const atOnce = 4;

/**
 * Reads these groups and all that are nested in them, each once: groups that are in each other do no harm.
 * @throws directory.refused for a directory whose groups do not come to an end
 * @param known groups that need no reading: what is nested in them is read already
 */
export async function walkGroups(
  reader: Pick<DirectoryReader, 'group'>,
  index: MemberIndex,
  roots: readonly string[],
  known: ReadonlySet<string> = new Set(),
): Promise<DirectoryGroup[]> {
  const seen = new Set(roots);
  const found: DirectoryGroup[] = [];
  const queue = [...roots];
  let members = 0;
  while (queue.length > 0) {
    const next = queue.splice(0, atOnce);
    for (const read of await Promise.all(next.map((guid) => reader.group(guid, index)))) {
      if (!read) continue;
      found.push(read.group);
      members += read.group.members.length;
      if (found.length > mostGroups || members > mostMembers)
        throw ldapErrors('directory.refused', { detail: `${found.length} groups of ${members} members have no end` });
      for (const nested of read.nested) {
        if (seen.has(nested) || known.has(nested)) continue;
        seen.add(nested);
        queue.push(nested);
      }
    }
  }
  return found;
}
