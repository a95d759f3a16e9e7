import { chunks } from '../../../platform/database/chunks.ts';
import { rows } from '../../../platform/database/run.ts';
import { list, sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import type { Opened } from './view.ts';

/** What users, groups and keys are called; whoever is erased is not among them. */
export type Names = ReadonlyMap<string, Called>;

interface Called {
  /** The best one first. */
  names: readonly string[];
  /** False for people who were deleted, and are not erased yet. */
  isThere: boolean;
}

interface Named {
  id: string;
  name: string;
  other: string | null;
  deletedAt: number | string | null;
}

/** The names of everything that these requests are about, of one account. */
export async function namesFor(on: Reader, { accountId }: Scope, requests: readonly Opened[]): Promise<Names> {
  const ids = new Set<string>();
  for (const { keyId, subjectId, content } of requests) {
    ids.add(keyId);
    if (subjectId !== null) ids.add(subjectId);
    for (const { subject } of content.operations?.first ?? []) if (subject) ids.add(subject.id);
    for (const id of [...(content.moved?.addedIds ?? []), ...(content.moved?.removedIds ?? [])]) ids.add(id);
  }
  const names = new Map<string, Called>();
  for (const some of chunks([...ids])) {
    const within = sql`"accountId" = ${accountId} AND "id" IN (${list(some)})`;
    const found = await rows<Named>(
      on,
      sql`SELECT "id", "userName" AS "name", "displayName" AS "other", "deletedAt" FROM "users" WHERE ${within}
          UNION ALL SELECT "id", "displayName", NULL, NULL FROM "directory_groups" WHERE ${within}
          UNION ALL SELECT "id", "name", NULL, NULL FROM "scim_keys" WHERE ${within}`,
    );
    for (const { id, name, other, deletedAt } of found)
      names.set(id, { names: other === null ? [name] : [name, other], isThere: deletedAt === null });
  }
  return names;
}
