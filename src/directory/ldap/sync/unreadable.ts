import { chunks } from '../../../platform/database/chunks.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { rows } from '../../../platform/database/run.ts';
import { list, sql } from '../../../platform/database/sql.ts';
import type { Ground } from '../../../trail/ground.ts';
import { GroupTable } from '../../../users/entitlement/group.entity.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { LdapRefusal } from '../client/fault.ts';
import type { DirectoryGroup } from './groups/apply.ts';
import { memberIndex } from './groups/index-by-dn.ts';
import { walkGroups } from './groups/walk.ts';
import type { DirectoryReader } from './reader.ts';
import { type DirectoryEntry, DirectoryEntryTable } from './state/entry.entity.ts';

const problem = 'directory.groupUnreadable';

/**
 * `walkGroups`, of which a group that the directory refuses to give keeps no other from being read: it stays as it was,
 * and is recorded as a problem.
 * @returns what was read, and whether that is all
 * @throws LdapRefusal when every group is refused, which is a failure of the directory
 */
export async function readEach(
  ground: Ground,
  scope: DirectoryScope,
  reader: DirectoryReader,
  roots: readonly string[],
  known?: ReadonlySet<string>,
): Promise<{ groups: DirectoryGroup[]; whole: boolean }> {
  const refused = new Map<string, LdapRefusal>();
  const sparing: Pick<DirectoryReader, 'group'> = {
    group: async (guid, index) => {
      try {
        return await reader.group(guid, index);
      } catch (error) {
        if (!(error instanceof LdapRefusal)) throw error;
        refused.set(guid, error);
        return null;
      }
    },
  };
  const groups = await walkGroups(sparing, memberIndex(ground, scope), roots, known);
  const [first] = refused.values();
  if (first && groups.length === 0) throw first;
  for (const [guid, error] of refused) ground.log.warn({ ...scope, guid, error }, 'a group of a directory is refused');
  await note(ground, scope, groups, [...refused.keys()]);
  return { groups, whole: refused.size === 0 };
}

async function note(
  { db }: Ground,
  { organisationId, accountId, connectionId: directoryId }: DirectoryScope,
  groups: readonly DirectoryGroup[],
  refused: readonly string[],
): Promise<void> {
  const found = await rows<{ guid: string }>(
    db.read,
    sql`SELECT "guid" FROM "directory_entries" WHERE "directoryId" = ${directoryId} AND "problem" = ${problem}`,
  );
  const noted = new Set(found.map(({ guid }) => guid));
  const well = groups.filter(({ guid }) => noted.has(guid)).map(({ guid }) => guid);
  const fresh = refused.filter((guid) => !noted.has(guid));
  if (well.length === 0 && fresh.length === 0) return;
  await db.write(async (m) => {
    for (const some of chunks(well)) {
      await rows(
        m,
        sql`UPDATE "directory_entries" SET "problem" = NULL, "label" = NULL
            WHERE "directoryId" = ${directoryId} AND "guid" IN (${list(some)})`,
      );
    }
    for (const guid of fresh) {
      const group = await m.findOneBy(GroupTable, { connectionId: directoryId, externalId: guid });
      if (!group) continue;
      const said = { problem, label: group.displayName };
      if (await m.existsBy(DirectoryEntryTable, { directoryId, guid })) {
        await m.update(DirectoryEntryTable, { directoryId, guid }, said);
        continue;
      }
      // Its DN was never seen: no member has this hash.
      const unseen = { dnHash: '', contentHash: '', expiresAt: null, goneAt: null, domain: null };
      const entry: DirectoryEntry = {
        directoryId,
        guid,
        organisationId,
        accountId,
        kind: 'group',
        localId: group.id,
        ...unseen,
        ...said,
      };
      await insertRows(m, DirectoryEntryTable, [entry]);
    }
  });
}
