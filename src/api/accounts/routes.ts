import { nothing, operation } from '../operation.ts';
import { listAccountsQuery } from './schema.ts';
import { listAccounts } from './service.ts';

export const accountOperations = [
  operation({
    name: 'ListAccounts',
    method: 'GET',
    path: '/accounts',
    changes: false,
    query: listAccountsQuery,
    body: nothing,
    handle: listAccounts,
  }),
];
