import { AccountTable } from '../../accounts/accounts/account.entity.ts';
import { DirectoryTable } from '../../directory/ldap/directory.entity.ts';
import { selectRow } from '../../platform/database/select.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { hasOwnAccount } from '../../users/own.ts';
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
  if (connectionId === null || (await hasOwnAccount(on, { connectionId }))) {
    const account = await selectRow(on, AccountTable, sql`a."id" = ${accountId}`);
    return { required: account?.secondFactorSince != null, asked: true };
  }
  const directory = await on.findOneBy(DirectoryTable, { id: connectionId, accountId });
  const required = directory?.secondFactorSince != null;
  return { required, asked: required };
}

/** Whether this proof alone does not let its person in: it was one factor, and a second is there or required. */
export async function needsSecond(on: Reader, user: User, proof: AnyProof): Promise<boolean> {
  const isOne = isOwn(proof) ? proof.by !== 'passkey' : proof.connection.kind === 'ldap';
  if (!isOne) return false;
  const { accountId } = user;
  const { required, asked } = await policyFor(
    on,
    isOwn(proof) ? user : { accountId, connectionId: proof.connection.id },
  );
  return required || (asked && (await holdsFactor(on, { kind: 'user', id: user.id })));
}
