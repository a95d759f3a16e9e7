import { AccountTable } from '../../accounts/accounts/account.entity.ts';
import { clock } from '../../platform/clock/clock.ts';
import { firstRow, rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { eraseKeysOf } from '../../trail/people/erase.ts';
import type { Ground } from '../../trail/ground.ts';
import { markTrialsOf } from '../trial/marks.ts';
import { markBarredNames } from './suspension.ts';
import type { Upstairs } from './upstairs.ts';

const dayMs = 86_400_000;
/** People, or receipts, that one unit erases: soon done, so that nobody's sign-in waits for it. */
const batch = 200;
/** Units of one turn; what is left waits for the next. */
const unitsAtOnce = 100;

/**
 * Erases what was deleted longer ago than it is kept: people one by one deleted, then accounts with everybody in them,
 * then organisations. Each unit is bounded, and leaves one record; what was interrupted goes on at the next turn.
 * @returns whether nothing that is due is left
 */
export async function eraseWhatIsDue(ground: Ground, upstairs: Upstairs): Promise<boolean> {
  for (let unit = 0; unit < unitsAtOnce; unit++) {
    if (!(await eraseSome(ground, upstairs))) return true;
  }
  return false;
}

/** The next bounded piece. @returns whether there was one */
async function eraseSome(ground: Ground, upstairs: Upstairs): Promise<boolean> {
  const due = await dueAccount(ground);
  if (!due) return eraseOrganisation(ground);
  const { id: accountId, organisationId, whole } = due;
  const action = { eventName: 'EraseUsers', organisationId, accountId };
  return ground.trail.perform(action, async (m) => {
    const users = await erasePeople(ground, upstairs, m, accountId, whole);
    const receipts = whole && users === 0 ? await eraseReceipts(m, accountId) : 0;
    const last = whole && users === 0 && receipts === 0;
    // The rest (names that a suspension bars, addresses, identities) goes with the row that it hangs on.
    if (last) await m.delete(AccountTable, { id: accountId });
    const responseElements = { users, receipts };
    return { result: true, responseElements, ...(last && { eventName: 'EraseAccount' }) };
  });
}

/** An account with something to erase: the whole of it, or some deleted people. */
async function dueAccount({
  db,
  config,
}: Ground): Promise<{ id: string; organisationId: string; whole: boolean } | null> {
  const now = clock.now();
  const account = await firstRow<{ id: string; organisationId: string }>(
    db.read,
    sql`SELECT "id", "organisationId" FROM "accounts" WHERE "deletedAt" IS NOT NULL AND "eraseAfter" <= ${now}
        ORDER BY "eraseAfter", "id" LIMIT 1`,
  );
  if (account) return { ...account, whole: true };
  const deletedBefore = now - config.keepDeletedDays * dayMs;
  const person = await firstRow<{ id: string; organisationId: string }>(
    db.read,
    sql`SELECT "accountId" AS "id", "organisationId" FROM "users" WHERE "deletedAt" <= ${deletedBefore}
        ORDER BY "deletedAt" LIMIT 1`,
  );
  return person && { ...person, whole: false };
}

async function erasePeople(
  ground: Ground,
  upstairs: Upstairs,
  m: Writer,
  accountId: string,
  whole: boolean,
): Promise<number> {
  const deletedBefore = clock.now() - ground.config.keepDeletedDays * dayMs;
  const which = whole ? sql`TRUE` : sql`"deletedAt" <= ${deletedBefore}`;
  const found = await rows<{ id: string }>(
    m,
    sql`SELECT "id" FROM "users" WHERE "accountId" = ${accountId} AND ${which} LIMIT ${batch}`,
  );
  if (found.length === 0) return 0;
  const ids = found.map(({ id }) => id);
  await markTrialsOf(ground, m, ids); // registering again gives no second one
  await upstairs.peopleErased(m, ids);
  await rows(m, sql`DELETE FROM "group_members" WHERE "memberId" IN (${list(ids)})`);
  await rows(m, sql`DELETE FROM "users" WHERE "id" IN (${list(ids)})`);
  if (!whole) await markBarredNames(ground, m, accountId);
  return ids.length;
}

async function eraseReceipts(m: Writer, accountId: string): Promise<number> {
  const found = await rows<{ id: string }>(
    m,
    sql`SELECT "id" FROM "receipts" WHERE "accountId" = ${accountId} LIMIT ${batch}`,
  );
  await rows(m, sql`DELETE FROM "receipts" WHERE "id" IN (${list(found.map(({ id }) => id))})`);
  return found.length;
}

/** An organisation goes when the last of its accounts is erased. */
async function eraseOrganisation(ground: Ground): Promise<boolean> {
  const due = await firstRow<{ id: string }>(
    ground.db.read,
    sql`SELECT "id" FROM "organisations" o WHERE "deletedAt" IS NOT NULL AND "eraseAfter" <= ${clock.now()}
        AND NOT EXISTS (SELECT 1 FROM "accounts" a WHERE a."organisationId" = o."id") LIMIT 1`,
  );
  if (!due) return false;
  return ground.trail.perform({ eventName: 'EraseOrganisation', organisationId: due.id }, async (m) => {
    await rows(m, sql`DELETE FROM "organisations" WHERE "id" = ${due.id}`);
    await eraseKeysOf(m, due.id);
    return { result: true };
  });
}
