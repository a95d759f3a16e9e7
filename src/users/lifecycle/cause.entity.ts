import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../platform/database/columns.ts';

/** A no: somebody who said that this person may not be in. Only the one who set it lifts it. */
export interface UserCause {
  userId: string;
  /** The causes that are said; those of group and domain are asked (`../entitlement/`). */
  cause: 'administrator' | 'directory';
  since: number;
  /** Who said it: a principal's id. */
  setBy: string;
  /** Why, where whoever said it gave a reason. */
  reason: string | null;
}

export const UserCauseTable = new EntitySchema<UserCause>({
  name: 'UserCause',
  tableName: 'user_causes',
  columns: {
    userId: { ...id, primary: true },
    cause: { ...text(16), primary: true },
    since: time,
    setBy: text(128),
    reason: { ...text(500), nullable: true },
  } satisfies Columns<UserCause>,
});
