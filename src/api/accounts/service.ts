import type { z } from 'zod';
import type { Account } from '../../accounts/accounts/account.entity.ts';
import { findAccounts } from '../../users/find.ts';
import type { Call, Reply } from '../operation.ts';
import { afterOf, nextToken } from '../wire/paging.ts';
import { presentAccount } from './present.ts';
import { accountCursor, type listAccountsQuery } from './schema.ts';

type Cursor = Pick<Account, 'name' | 'id'>;

/** By bytes: the same order on every engine, and of every page. */
const inOrder = (a: Cursor, b: Cursor): number =>
  Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** The accounts of the caller's organisation, by the beginning of their names, or those of one user. */
export async function listAccounts(call: Call<z.output<typeof listAccountsQuery>>): Promise<Reply> {
  const { ground, caller, query } = call;
  const filter = { name: query.name, userEmail: query['user-email'] };
  const after = afterOf(call, accountCursor);
  const found = await findAccounts(ground.db.read, caller.organisationId, filter);
  const left = found.toSorted(inOrder).filter((account) => after === undefined || inOrder(account, after) > 0);
  const page = left.slice(0, query['max-results']);
  const last = page.at(-1);
  return {
    status: 200,
    body: {
      Accounts: page.map(presentAccount),
      ...(last && left.length > page.length && { NextToken: nextToken(call, { name: last.name, id: last.id }) }),
    },
  };
}
