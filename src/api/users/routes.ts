import { nothing, operation } from '../operation.ts';
import { inviteUsersBody, listUsersQuery, updateUserBody, updateUsersBody, userIdsBody } from './schema.ts';
import { getUser, inviteUsers, listUsers, logoutUser, updateUser } from './service.ts';
import { batchSuspendUser, batchUnsuspendUser, batchUpdateUser } from './several.ts';

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
    name: 'InviteUsers',
    method: 'POST',
    path: users,
    operation: 'add',
    changes: true,
    query: nothing,
    body: inviteUsersBody,
    handle: inviteUsers,
  }),
  operation({
    name: 'BatchSuspendUser',
    method: 'POST',
    path: users,
    operation: 'suspend',
    changes: true,
    query: nothing,
    body: userIdsBody,
    handle: batchSuspendUser,
  }),
  operation({
    name: 'BatchUnsuspendUser',
    method: 'POST',
    path: users,
    operation: 'unsuspend',
    changes: true,
    query: nothing,
    body: userIdsBody,
    handle: batchUnsuspendUser,
  }),
  operation({
    name: 'BatchUpdateUser',
    method: 'POST',
    path: users,
    changes: true,
    query: nothing,
    body: updateUsersBody,
    handle: batchUpdateUser,
  }),
  operation({
    name: 'UpdateUser',
    method: 'POST',
    path: `${users}/{userId}`,
    changes: true,
    query: nothing,
    body: updateUserBody,
    handle: updateUser,
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
