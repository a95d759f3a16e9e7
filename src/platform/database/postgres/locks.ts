import { createHash } from 'node:crypto';
import type { Hold } from '../database.ts';

/** What a transaction locks when it begins: names that it shares, and names that it has to itself. */
export interface Locks {
  beside: Set<string>;
  alone: Set<string>;
}

/** The account alone, in an organisation that others may work in; `beside` shares the account too. */
export function locksOf(hold: Hold | undefined, wanted: ReadonlySet<string>): Locks {
  const { organisationId = null, accountId = null, beside = false } = hold ?? {};
  const locks: Locks = { beside: new Set(), alone: new Set(wanted) };
  const own = accountId ?? organisationId;
  if (organisationId !== null && organisationId !== own) locks.beside.add(organisationId);
  if (own !== null) (beside ? locks.beside : locks.alone).add(own);
  for (const name of locks.alone) locks.beside.delete(name);
  return locks;
}

/** A 64-bit key, as the server's advisory locks are named: two names share one by chance only, and then merely wait. */
const keyOf = (name: string): string => createHash('sha256').update(name).digest().readBigInt64BE(0).toString();

export const lockAlone = (name: string): string => `pg_advisory_xact_lock(${keyOf(name)})`;

/** One message that begins the transaction and takes its locks; always in the same order of names. */
export function beginning({ beside, alone }: Locks): string {
  const calls = [
    ...[...beside].toSorted().map((name) => `pg_advisory_xact_lock_shared(${keyOf(name)})`),
    ...[...alone].toSorted().map(lockAlone),
  ];
  const begin = 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE';
  return calls.length ? `${begin}; SELECT ${calls.join(', ')}` : begin;
}
