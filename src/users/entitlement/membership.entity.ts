import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../platform/database/columns.ts';

/** One member of one group: a row, so that a change of one member touches one row. */
export interface Membership {
  groupId: string;
  /** The id of a user or of a group. */
  memberId: string;
  memberType: 'User' | 'Group';
  accountId: string;
  addedAt: number;
}

export const MembershipTable = new EntitySchema<Membership>({
  name: 'Membership',
  tableName: 'group_members',
  columns: {
    groupId: { ...id, primary: true },
    memberId: { ...id, primary: true },
    memberType: text(8),
    accountId: id,
    addedAt: time,
  } satisfies Columns<Membership>,
});
