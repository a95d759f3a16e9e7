import { selectRows } from '../platform/database/select.ts';
import { list, sql } from '../platform/database/sql.ts';
import type { Reader } from '../platform/database/unit.ts';
import { type UserAddress, UserAddressTable } from './address.entity.ts';
import { type UserCause, UserCauseTable } from './lifecycle/cause.entity.ts';

/** A person's addresses in the directory's order. */
export const addressesOf = (on: Reader, userId: string): Promise<UserAddress[]> =>
  on.find(UserAddressTable, { where: { userId }, order: { position: 'ASC' } });

/** Who said no to a person, the oldest first. */
export const causesOf = (on: Reader, userId: string): Promise<UserCause[]> =>
  on.find(UserCauseTable, { where: { userId }, order: { since: 'ASC' } });

/** The same of several people. */
export const causesOfMany = (on: Reader, userIds: readonly string[]): Promise<UserCause[]> =>
  userIds.length === 0 ? Promise.resolve([]) : selectRows(on, UserCauseTable, sql`a."userId" IN (${list(userIds)})`);
