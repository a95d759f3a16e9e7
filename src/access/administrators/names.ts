import type { Reader } from '../../platform/database/unit.ts';
import { newId } from '../../platform/ids/ids.ts';
import { clock } from '../../platform/clock/clock.ts';
import { accessErrors } from '../errors.ts';
import { type Administrator, AdministratorTable } from './administrator.entity.ts';

/** A user name as it is kept. @throws administrator.nameInvalid */
export function administratorName(input: string): string {
  const userName = input.trim();
  if (!/^[\p{L}\p{N}+=,.@_-]{1,64}$/u.test(userName)) {
    throw accessErrors('administrator.nameInvalid', { field: 'userName' });
  }
  return userName;
}

/** @throws administrator.nameTaken when another administrator of the organisation has that name */
export async function requireFreeName(
  on: Reader,
  organisationId: string,
  userName: string,
  besides = '',
): Promise<void> {
  const userNameKey = userName.toLowerCase();
  const other = await on.findOneBy(AdministratorTable, { organisationId, userNameKey });
  if (other && other.id !== besides) throw accessErrors('administrator.nameTaken', { field: 'userName' });
}

/** An administrator who has no password yet. */
export const invitedAdministrator = (organisationId: string, userName: string): Administrator => ({
  id: newId(),
  organisationId,
  userName,
  userNameKey: userName.toLowerCase(),
  passwordHash: null,
  version: 1,
  epoch: 1,
  createdAt: clock.now(),
  lastActiveAt: null,
});
