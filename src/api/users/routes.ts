import { nothing, operation } from '../operation.ts';
import { listUsersQuery } from './schema.ts';
import { getUser, listUsers, logoutUser } from './service.ts';

const users = '/accounts/{accountId}/users';

export const userOperations = [
  operation({
    name: 'ListUsers',
    method: 'GET',
    path: users,
    changes: false,
    query: listUsersQuery,
    body: nothing,
    handle: listUsers,
  }),
  operation({
    name: 'GetUser',
    method: 'GET',
    path: `${users}/{userId}`,
    changes: false,
    query: nothing,
    body: nothing,
    handle: getUser,
  }),
  operation({
    name: 'LogoutUser',
    method: 'POST',
    path: `${users}/{userId}`,
    operation: 'logout',
    changes: true,
    query: nothing,
    body: nothing,
    handle: logoutUser,
  }),
];
