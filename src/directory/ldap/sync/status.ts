import { clock } from '../../../platform/clock/clock.ts';
import { rows } from '../../../platform/database/run.ts';
import { sql } from '../../../platform/database/sql.ts';
import type { Reader } from '../../../platform/database/unit.ts';
import type { Scope } from '../../../users/lifecycle/out.ts';
import type { DirectoryScope } from '../../groups/scope.ts';
import { type Counts, countEntries } from './state/counts.ts';
import type { HeldPerson } from './state/held.entity.ts';
import type { DirectoryState } from './state/state.entity.ts';
import { stateOf } from './state/states.ts';

/** Entries that became no person, or could not be followed, for one reason. */
export interface Problem {
  /** The stable code of the reason. */
  code: string;
  /** The domain of their addresses, where that is the reason. */
  domain: string | null;
  count: number;
  /** The first of them. */
  names: string[];
}

/** How the following of a directory goes, in one word: what an administrator looks at first. */
export type FollowingWord = 'beginning' | 'following' | 'failing' | 'waiting' | 'notFollowed';

/** How the following of a directory goes. */
export interface Following {
  word: FollowingWord;
  state: DirectoryState | null;
  /** As they are now: changes are taken over between whole reads. */
  counts: Counts;
  /** Whom the guard holds for what is missing, those whom an administrator has let go on left out. */
  waiting: Record<HeldPerson['missing'], number>;
  /** Whom an administrator has let go on: out with the next read. */
  approved: number;
  problems: Problem[];
}

/** Names that are shown of a problem. */
const named = 5;
/** Reasons, with their domains, that are shown. */
const mostProblems = 50;

/** How the following of a connected directory goes. */
export async function followingOf(on: Reader, scope: DirectoryScope): Promise<Following> {
  const { connectionId } = scope;
  const [state, counts, held, problems] = await Promise.all([
    stateOf(on, connectionId),
    countEntries(on, connectionId),
    rows<{ missing: HeldPerson['missing']; approved: number | string; n: number | string }>(
      on,
      sql`SELECT "missing", CASE WHEN "approvedAt" IS NULL THEN 0 ELSE 1 END AS "approved", COUNT(*) AS "n"
          FROM "directory_held" WHERE "directoryId" = ${connectionId} GROUP BY 1, 2`,
    ),
    problemsOf(on, connectionId),
  ]);
  const count = (approved: boolean, missing?: HeldPerson['missing']): number =>
    held
      .filter((line) => (Number(line.approved) === 1) === approved && (!missing || line.missing === missing))
      .reduce((sum, { n }) => sum + Number(n), 0);
  const waiting = { entry: count(false, 'entry'), member: count(false, 'member') };
  return { word: wordFor(state, count(false) > 0), state, counts, waiting, approved: count(true), problems };
}

function wordFor(state: DirectoryState | null, waits: boolean): FollowingWord {
  if (state && state.failingSince !== null) return 'failing';
  if (!state) return 'beginning';
  if (!state.leaseBy || (state.leaseUntil ?? 0) <= clock.now()) return 'notFollowed';
  if (waits) return 'waiting';
  return state.fullAt === null ? 'beginning' : 'following';
}

async function problemsOf(on: Reader, directoryId: string): Promise<Problem[]> {
  const unclaimed = sql`CASE WHEN "problem" = 'user.domainNotVerified' THEN "domain" END`;
  const of = sql`"directory_entries" WHERE "directoryId" = ${directoryId} AND "problem" IS NOT NULL AND "goneAt" IS NULL`;
  const counts = await rows<{ code: string; domain: string | null; n: number | string }>(
    on,
    sql`SELECT "problem" AS "code", ${unclaimed} AS "domain", COUNT(*) AS "n" FROM ${of}
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ${mostProblems}`,
  );
  const first = await rows<{ code: string; domain: string | null; label: string }>(
    on,
    sql`SELECT "code", "domain", "label" FROM (
          SELECT "problem" AS "code", ${unclaimed} AS "domain", "label",
            ROW_NUMBER() OVER (PARTITION BY "problem", ${unclaimed} ORDER BY "label", "guid") AS "place" FROM ${of}
        ) ranked WHERE "place" <= ${named} AND "label" IS NOT NULL ORDER BY "place"`,
  );
  return counts.map(({ code, domain, n }) => ({
    code,
    domain,
    count: Number(n),
    names: first.filter((one) => one.code === code && one.domain === domain).map(({ label }) => label),
  }));
}

/** A directory that an administrator should look at. */
export interface Trouble {
  accountId: string;
  directoryId: string;
  kind: 'failing' | 'waiting';
  since: number;
  /** People who wait. */
  people: number;
}

/** What fails or waits for an administrator, of one account or of all of an organisation. */
export async function troublesOf(
  on: Reader,
  { organisationId, accountId }: Pick<Scope, 'organisationId'> & { accountId?: string },
): Promise<Trouble[]> {
  const found = await rows<Record<'accountId' | 'directoryId', string> & Record<'failing' | 'held' | 'n', unknown>>(
    on,
    sql`SELECT s."accountId", s."directoryId", s."failingSince" AS "failing", s."heldAt" AS "held",
          (SELECT COUNT(*) FROM "directory_held" h WHERE h."directoryId" = s."directoryId" AND h."approvedAt" IS NULL) AS "n"
        FROM "directory_states" s WHERE s."organisationId" = ${organisationId}
        ${accountId === undefined ? sql`` : sql`AND s."accountId" = ${accountId}`}
        AND (s."failingSince" IS NOT NULL OR s."heldAt" IS NOT NULL)`,
  );
  return found.flatMap(({ accountId: of, directoryId, failing, held, n }) => [
    ...(failing === null
      ? []
      : [{ accountId: of, directoryId, kind: 'failing' as const, since: Number(failing), people: 0 }]),
    ...(Number(n) === 0
      ? []
      : [{ accountId: of, directoryId, kind: 'waiting' as const, since: Number(held), people: Number(n) }]),
  ]);
}
