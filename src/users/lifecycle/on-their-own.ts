import { nobodys } from '../../accounts/accounts/nobodys.ts';
import { normaliseAddress } from '../../accounts/domains/name.ts';
import { type Sql, sql } from '../../platform/database/sql.ts';
import { changed, later } from '../../platform/database/run.ts';
import { fold } from '../../platform/text/fold.ts';
import type { Ground } from '../../trail/ground.ts';
import { personal } from '../../trail/people/personal.ts';
import { userErrors } from '../errors.ts';
import { requireUser } from './administer.ts';
import { lift, markedName, suspend } from './suspension.ts';

const longestReason = 500;

/** Why somebody is suspended, for those who look after the installation. @throws user.reasonInvalid */
export function suspensionReason(input: string | undefined): string {
  const reason = (input ?? '').normalize('NFC').trim();
  if (reason === '' || reason.length > longestReason || /\p{C}/u.test(reason)) {
    throw userErrors('user.reasonInvalid', { field: 'reason', values: { most: longestReason } });
  }
  return reason;
}

/**
 * Whoever runs the server suspends somebody who is in no account: out at once, everywhere, and their address registers
 * nowhere anew. No account has a say in it: the reserved one has no administrators, and nobody who is suspended leaves it.
 * Said again, with another reason, the reason is another one.
 * @param by who runs the server, as the trail names them
 * @returns whether it was news @throws user.notFound, user.reasonInvalid
 */
export function suspendOnTheirOwn(
  ground: Ground,
  userId: string,
  { by, reason: given }: { by: string; reason: string | undefined },
): Promise<boolean> {
  const reason = suspensionReason(given);
  const { organisationId, accountId } = nobodys;
  const requestParameters = { accountId, userId, reason: personal(reason) };
  const action = { eventName: 'SuspendUsers', organisationId, accountId, requestParameters, about: userId };
  return ground.trail.perform(action, async (m) => {
    const user = await requireUser(m, nobodys, userId);
    const result = await suspend(ground, m, user, by);
    await later(
      m,
      sql`UPDATE "user_causes" SET "reason" = ${reason} WHERE "userId" = ${user.id} AND "cause" = 'administrator'`,
    );
    return { result };
  });
}

/** Whoever runs the server lifts it: nobody else can. @returns whether there was one @throws user.notFound */
export function activateOnTheirOwn(ground: Ground, userId: string): Promise<boolean> {
  const { organisationId, accountId } = nobodys;
  const action = { eventName: 'ActivateUsers', organisationId, accountId, requestParameters: { accountId, userId } };
  return ground.trail.perform(action, async (m) => {
    const user = await requireUser(m, nobodys, userId);
    return { result: await lift(ground, m, user), about: user.id };
  });
}

/**
 * The same of an address whose person was deleted, erased or not: it can be registered again.
 * @returns whether it was barred @throws user.addressInvalid
 */
export function freeBarredAddress(ground: Ground, typed: string): Promise<boolean> {
  const { organisationId, accountId } = nobodys;
  const key = normaliseAddress(typed);
  if (key === null) throw userErrors('user.addressInvalid', { field: 'user', values: { value: typed.slice(0, 320) } });
  const requestParameters = { accountId, address: personal(typed.slice(0, 320)) };
  return ground.trail.perform(
    { eventName: 'ActivateUsers', organisationId, accountId, requestParameters },
    async (m) => {
      const freed = await changed(
        m,
        sql`DELETE FROM "suspension_keys" WHERE "accountId" = ${accountId}
          AND (${named(ground, 'address', key)} OR ${named(ground, 'userName', fold(typed.trim()))})
          AND NOT EXISTS (SELECT 1 FROM "users" u WHERE u."id" = "suspension_keys"."originId" AND u."deletedAt" IS NULL)
          RETURNING "key"`,
      );
      return { result: freed.length > 0 };
    },
  );
}

/** A name as it stands among the barred ones, before and after its person was erased. */
const named = (ground: Ground, kind: 'address' | 'userName', name: string): Sql =>
  sql`("kind" = ${kind} AND "key" IN (${name}, ${markedName(ground, kind, name)}))`;
