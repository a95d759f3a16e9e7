import type { z } from 'zod';
import { pageOfAccounts } from '../../accounts/accounts/page.ts';
import { accountsOfAddress } from '../../users/by-address.ts';
import type { Call, Reply } from '../operation.ts';
import { afterOf, nextToken } from '../wire/paging.ts';
import { presentAccount } from './present.ts';
import { accountCursor, type listAccountsQuery } from './schema.ts';

/** The accounts of the caller's organisation, by the beginning of their names, or that of one user. */
export async function listAccounts(call: Call<z.output<typeof listAccountsQuery>>): Promise<Reply> {
  const { ground, caller, query } = call;
  const { organisationId } = caller;
  const address = query['user-email'];
  const on = ground.db.read;
  const { accounts, more } = await pageOfAccounts(on, {
    organisationId,
    prefix: query.name,
    among: address === undefined ? undefined : await accountsOfAddress(on, organisationId, address),
    after: afterOf(call, accountCursor),
    limit: query['max-results'],
  });
  const last = accounts.at(-1);
  return {
    status: 200,
    body: {
      Accounts: accounts.map(presentAccount),
      ...(more && last && { NextToken: nextToken(call, { name: last.name, id: last.id }) }),
    },
  };
}
