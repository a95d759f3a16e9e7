import { AccountTable } from '../../accounts/accounts/account.entity.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { type User, UserTable } from '../../users/user.entity.ts';
import { ConnectionTable } from '../connectors/openid/connection.entity.ts';
import type { Proof } from '../connectors/openid/finish.ts';
import {
  type PendingSignIn,
  pendingTables,
  type PersonPendingSignIn,
} from '../credentials/signing-in/pending.entity.ts';
import { findPending, newPending } from '../credentials/signing-in/pending.ts';
import { type AnyProof, isOwn, type OwnProof } from './proof.ts';

/** A connector's proof as it is kept: the connection by its id, and as of when it was what the account trusted. */
type Kept =
  | OwnProof
  | (Omit<Proof, 'connection' | 'likely' | 'alongside'> & { connectionId: string; updatedAt: number });

/** What a person's pending sign-in stands on. */
interface Proved {
  user: Pick<User, 'id' | 'organisationId' | 'accountId' | 'epoch'>;
  accountEpoch: number;
  proof: AnyProof;
}

/** Notes what was proved, and that it is not enough. @returns the token for the cookie */
export async function beginPersonPending(
  m: Writer,
  { user, accountEpoch, proof }: Proved,
  browser: string,
): Promise<string> {
  const { id: holderId, organisationId, accountId, epoch } = user;
  const { row, token } = newPending({ holderId, organisationId, epoch, browser, target: proof.target });
  await m.insert(pendingTables.user, { ...row, accountId, accountEpoch, proof: JSON.stringify(kept(proof)) });
  return token;
}

function kept(proof: AnyProof): Kept {
  if (isOwn(proof)) return proof;
  const { connection, likely: _likely, alongside: _alongside, ...rest } = proof;
  return { ...rest, connectionId: connection.id, updatedAt: connection.updatedAt };
}

/** Whose sign-in is pending, and by what; null when a no has come since, or the account trusts another connection. */
export async function provedBefore(
  on: Reader,
  pending: PendingSignIn,
): Promise<{ user: User; proof: AnyProof } | null> {
  const { accountEpoch, proof: json } = pending as PersonPendingSignIn;
  const user = await on.findOneBy(UserTable, { id: pending.holderId });
  const account = user && (await on.findOneBy(AccountTable, { id: user.accountId }));
  if (!account || user.deletedAt !== null || user.epoch !== pending.epoch || account.epoch !== accountEpoch)
    return null;
  const proof = JSON.parse(json) as Kept;
  if (!('connectionId' in proof)) return { user, proof };
  const { connectionId, updatedAt, ...rest } = proof;
  const connection = await on.findOneBy(ConnectionTable, { id: connectionId });
  return connection?.updatedAt === updatedAt ? { user, proof: { ...rest, connection } } : null;
}

/** Somebody who is to choose another password, and the row that says so. */
export interface WantsPassword {
  pending: PendingSignIn;
  user: User;
  proof: Proof & { newPassword: NonNullable<Proof['newPassword']> };
}

/** Who is to choose another password in this browser, after all that was asked before it; null: nobody. */
export async function wantsPassword(
  on: Reader,
  token: string | undefined,
  browser: string,
): Promise<WantsPassword | null> {
  const pending = await findPending(on, 'user', token, browser);
  const before = pending && (await provedBefore(on, pending));
  if (!before || isOwn(before.proof)) return null;
  const { newPassword, shown } = before.proof;
  return newPassword && shown !== undefined
    ? { pending, user: before.user, proof: { ...before.proof, newPassword } }
    : null;
}
