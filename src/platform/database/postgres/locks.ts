import { hash } from 'node:crypto';
import type { Hold } from '../database.ts';
import { join, type Sql, sql } from '../sql.ts';

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
function keyOf(name: string): string {
  let key = keys.get(name);
  if (key === undefined) {
    if (keys.size >= mostKeys) keys.clear();
    key = hash('sha256', name, 'buffer').readBigInt64BE(0).toString();
    keys.set(name, key);
  }
  return key;
}

/** The same few accounts write all the time. */
const keys = new Map<string, string>();
const mostKeys = 1_000;

export const lockAlone = (name: string): string => `pg_advisory_xact_lock(${keyOf(name)})`;

/** What begins the transaction and takes its locks, always in the same order of names. */
export function beginning({ beside, alone }: Locks, lazy = false): Sql[] {
  const begin = [sql`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`];
  if (lazy) begin.push(sql`SET LOCAL synchronous_commit TO OFF`);
  const calls = [
    ...[...beside].toSorted().map((name) => sql`pg_advisory_xact_lock_shared(${keyOf(name)})`),
    ...[...alone].toSorted().map(lockingAlone),
  ];
  return calls.length ? [...begin, sql`SELECT ${join(calls, ', ')}`] : begin;
}

/** `lockAlone` as a piece whose text is the same for all names, so that it is prepared once. */
export const lockingAlone = (name: string): Sql => sql`pg_advisory_xact_lock(${keyOf(name)})`;
