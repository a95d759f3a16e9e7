import { clock } from '../../../../platform/clock/clock.ts';
import { chunks } from '../../../../platform/database/chunks.ts';
import { isTrue, rows } from '../../../../platform/database/run.ts';
import { list, sql } from '../../../../platform/database/sql.ts';
import type { Ground } from '../../../../trail/ground.ts';
import type { DirectoryScope } from '../../../groups/scope.ts';
import { keepAbsent } from '../absences.ts';
import { grantedPeople } from '../groups/granted.ts';
import { approvedOf, hold, holdNobody, mustWait } from '../guard.ts';
import { type FollowerScope, requireLease } from '../state/states.ts';
import { refuse } from './apply.ts';

interface Missing {
  guid: string;
  userId: string | null;
  /** Whether the directory has refused them before: then nothing is taken away. */
  refused: unknown;
}

/**
 * What a whole read did not give back is inferred to be gone: each is asked for once more, the guard counts them, and
 * whoever is still missing is out. They are kept under their guid, so that an entry that returns is the same person.
 * @param seen the guids that the read gave
 * @param met who was met beside the read: they are there, and tell nothing of what the read gave
 * @param existing asks the directory which of these are there
 */
export async function applyAbsence(
  ground: Ground,
  scope: DirectoryScope,
  seen: ReadonlySet<string>,
  met: ReadonlySet<string>,
  existing: (guids: readonly string[]) => Promise<Set<string>>,
): Promise<void> {
  const { connectionId } = scope;
  const present = await rows<Missing>(
    ground.db.read,
    sql`SELECT e."guid", u."id" AS "userId",
          EXISTS (SELECT 1 FROM "user_causes" c WHERE c."userId" = u."id" AND c."cause" = 'directory') AS "refused"
        FROM "directory_entries" e
        LEFT JOIN "users" u ON u."id" = e."localId" AND u."deletedAt" IS NULL
        WHERE e."directoryId" = ${connectionId} AND e."kind" = 'user' AND e."goneAt" IS NULL`,
  );
  const unread = present.filter(({ guid }) => !seen.has(guid));
  const missing = unread.filter(({ guid }) => !met.has(guid));
  const people = missing.flatMap(({ userId, refused }) => (userId === null || isTrue(refused) ? [] : userId));
  const on = ground.db.read;
  const granted = people.length === 0 ? new Set<string>() : await grantedPeople(on, scope);
  // Other entries tell no more than none at all when all who have a tier are missing.
  const notGiven = new Set(unread.map(({ userId }) => userId));
  const isEverybody = granted.size > 1 && [...granted].every((id) => notGiven.has(id));
  const returned = isEverybody ? 0 : seen.size;
  if (await mustWait(on, scope, { userIds: people, granted, returned })) {
    await hold(ground, scope, 'entry', people, true);
    return;
  }
  const there = await existing(missing.map(({ guid }) => guid));
  const gone = missing.filter(({ guid }) => !there.has(guid));
  const out = gone.flatMap(({ userId }) => userId ?? []);
  const approved = out.length === 0 ? new Set() : await approvedOf(on, scope);
  const news = gone.flatMap(({ userId, refused }) => (userId === null || isTrue(refused) ? [] : userId));
  await markAbsent(
    ground,
    scope,
    news.filter((id) => !approved.has(id)),
    granted,
  );
  if (out.length > 0) await refuse(ground, scope, out, { because: 'the directory has their entry no more' });
  await markGone(ground, scope, gone); // after the no: a crash in between says it again
  await holdNobody(ground, scope, 'entry');
}

/** Before they go: they count, whatever comes between. */
async function markAbsent(
  ground: Ground,
  scope: FollowerScope,
  userIds: readonly string[],
  granted: ReadonlySet<string>,
): Promise<void> {
  if (userIds.length === 0) return;
  await ground.db.write(async (m) => {
    await requireLease(m, scope);
    await keepAbsent(m, scope, userIds, granted);
  });
}

async function markGone(ground: Ground, scope: FollowerScope, gone: readonly Missing[]): Promise<void> {
  for (const some of chunks(gone.map(({ guid }) => guid))) {
    await ground.db.write(async (m) => {
      await requireLease(m, scope);
      const these = sql`"directoryId" = ${scope.connectionId} AND "guid" IN (${list(some)})`;
      // An entry that became nobody leaves nothing, above all not its name.
      await rows(m, sql`DELETE FROM "directory_entries" WHERE ${these} AND "localId" IS NULL`);
      await rows(
        m,
        sql`UPDATE "directory_entries" SET "goneAt" = ${clock.now()}, "label" = NULL, "domain" = NULL WHERE ${these}`,
      );
    });
  }
}
