import type { Reader } from '../platform/database/unit.ts';
import { type UserAddress, UserAddressTable } from './address.entity.ts';
import { type UserCause, UserCauseTable } from './lifecycle/cause.entity.ts';

/** A person's addresses in the directory's order. */
export const addressesOf = (on: Reader, userId: string): Promise<UserAddress[]> =>
  on.find(UserAddressTable, { where: { userId }, order: { position: 'ASC' } });

/** Who said no to a person, the oldest first. */
export const causesOf = (on: Reader, userId: string): Promise<UserCause[]> =>
  on.find(UserCauseTable, { where: { userId }, order: { since: 'ASC' } });
