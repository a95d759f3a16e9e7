import { clock } from '../../../platform/clock/clock.ts';
import { insertRows } from '../../../platform/database/insert.ts';
import { firstRow, rows } from '../../../platform/database/run.ts';
import { isOneOf, sql } from '../../../platform/database/sql.ts';
import type { Writer } from '../../../platform/database/unit.ts';
import { fold } from '../../../platform/text/fold.ts';
import type { Ground } from '../../../trail/ground.ts';
import { type Group, GroupTable } from '../../../users/entitlement/group.entity.ts';
import { createGroup, newGroup, renameGroup } from '../../groups/groups.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { cleaned } from '../text.ts';
import type { FoundGroup } from './find.ts';

const longest = 256;

/**
 * The group of a connected directory as Carillon keeps it, by the id that it has there: made, or renamed, in the unit of
 * work of whoever asks. A directory may have several groups of one name in different places: the later ones have their
 * DN behind it.
 */
export async function storeGroup(ground: Ground, m: Writer, scope: DirectoryScope, found: FoundGroup): Promise<Group> {
  const { connectionId } = scope;
  const present = await m.findOneBy(GroupTable, { connectionId, externalId: found.id });
  const displayName = await freeName(m, scope, found);
  if (!present) return createGroup(ground, m, scope, { displayName, externalId: found.id });
  if (present.displayName === displayName) return present;
  await renameGroup(m, scope, present, displayName);
  await m.update(GroupTable, { id: present.id }, { updatedAt: clock.now() });
  return { ...present, displayName, displayNameKey: fold(displayName) };
}

/**
 * `storeGroup` for many, in a few statements for all that are new and whose name nobody has; the others one by one.
 * @returns their ids here, by those that they have there
 */
export async function storeGroups(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  found: readonly FoundGroup[],
): Promise<Map<string, string>> {
  const like = await rows<{ id: string; externalId: string | null; displayNameKey: string }>(
    m,
    sql`SELECT "id", "externalId", "displayNameKey" FROM "directory_groups" WHERE "connectionId" = ${scope.connectionId}
        AND ("externalId" ${isOneOf(found.map(({ id }) => id))} OR "displayNameKey" ${isOneOf(found.map(keyOf))})`,
  );
  const known = new Set(like.map(({ externalId }) => externalId));
  const names = new Set(like.map(({ displayNameKey }) => displayNameKey));
  const closer: FoundGroup[] = [];
  const plain = found.flatMap((group) => {
    const key = keyOf(group);
    const isPlain = !known.has(group.id) && !names.has(key);
    names.add(key);
    if (!isPlain) closer.push(group);
    return isPlain ? newGroup(scope, { displayName: group.name.slice(0, longest), externalId: group.id }) : [];
  });
  await insertRows(m, GroupTable, plain);
  const ids = new Map(plain.map(({ id, externalId }) => [externalId!, id]));
  for (const group of closer) ids.set(group.id, (await storeGroup(ground, m, scope, group)).id);
  return ids;
}

const keyOf = ({ name }: FoundGroup): string => fold(name.slice(0, longest));

async function freeName(m: Writer, { connectionId }: DirectoryScope, { id, name, dn }: FoundGroup): Promise<string> {
  const plain = name.slice(0, longest);
  const taken = await firstRow(
    m,
    sql`SELECT 1 FROM "directory_groups" WHERE "connectionId" = ${connectionId}
        AND "displayNameKey" = ${fold(plain)} AND ("externalId" IS NULL OR "externalId" <> ${id})`,
  );
  // The end of a DN says where; with the id in it nothing else can have it.
  return taken ? `${name.slice(0, 100)} (${id}) ${cleaned(dn)}`.slice(0, longest) : plain;
}
