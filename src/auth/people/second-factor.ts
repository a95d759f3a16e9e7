import { firstRow, isTrue } from '../../platform/database/run.ts';
import { type Sql, sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { hasOwnAccount, isKeptByNobody } from '../../users/own.ts';
import type { User } from '../../users/user.entity.ts';
import { holdsFactor } from '../credentials/factors/factors.ts';
import { type AnyProof, isOwn } from './proof.ts';

/** What Carillon asks of a person beside what proves their password. */
export interface FactorPolicy {
  /** Whether they need a second factor. */
  required: boolean;
  /** Whether one that they have is asked for. */
  asked: boolean;
}

/**
 * What holds for a person: of own accounts their account's setting, and a factor that they have is asked for in any
 * case; of a directory's people the directory's setting alone; a company's own OpenID provider asks for what it wants.
 */
export async function policyFor(
  on: Reader,
  { accountId, connectionId }: Pick<User, 'accountId' | 'connectionId'>,
): Promise<FactorPolicy> {
  if (connectionId === null || (await hasOwnAccount(on, { connectionId })))
    return { required: await isRequiredIn(on, sql`${accountId}`), asked: true };
  const required = await isRequiredAt(on, connectionId, sql`${accountId}`);
  return { required, asked: required };
}

/** Whether Carillon alone says who a person is; and whether it asks them for a second factor that they have. */
export async function keptOf(on: Reader, userId: string): Promise<{ isOwn: boolean; asked: boolean }> {
  const found = await firstRow<{ isOwn: unknown; required: unknown }>(
    on,
    sql`SELECT ${isKeptByNobody(sql`u."connectionId"`)} AS "isOwn",
          EXISTS (SELECT 1 FROM "directories" d WHERE d."id" = u."connectionId" AND d."accountId" = u."accountId"
                  AND d."secondFactorSince" IS NOT NULL) AS "required"
        FROM "users" u WHERE u."id" = ${userId}`,
  );
  const own = isTrue(found?.isOwn);
  return { isOwn: own, asked: own || isTrue(found?.required) };
}

/** Whether this proof alone does not let its person in: it was one factor, and a second is there or required. */
export async function needsSecond(on: Reader, userId: string, proof: AnyProof): Promise<boolean> {
  const isOne = isOwn(proof) ? proof.by !== 'passkey' : proof.connection.kind === 'ldap';
  if (!isOne) return false;
  const account = sql`(SELECT "accountId" FROM "users" WHERE "id" = ${userId})`;
  if (!isOwn(proof)) return isRequiredAt(on, proof.connection.id, account);
  const holds = holdsFactor(on, { kind: 'user', id: userId });
  return (await Promise.all([isRequiredIn(on, account), holds])).some(Boolean);
}

/** Whether an account requires one of its people who sign in with what Carillon keeps. */
const isRequiredIn = async (on: Reader, account: Sql): Promise<boolean> =>
  (await firstRow(
    on,
    sql`SELECT 1 AS "one" FROM "accounts" WHERE "id" = ${account} AND "secondFactorSince" IS NOT NULL`,
  )) !== null;

/** Whether one is required of the people of an account's directory. */
const isRequiredAt = async (on: Reader, directoryId: string, account: Sql): Promise<boolean> =>
  (await firstRow(
    on,
    sql`SELECT 1 AS "one" FROM "directories" WHERE "id" = ${directoryId} AND "accountId" = ${account}
        AND "secondFactorSince" IS NOT NULL`,
  )) !== null;
