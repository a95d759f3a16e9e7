import type { Group } from '../../../users/entitlement/group.entity.ts';
import type { Moved } from '../../groups/moved.ts';
import { toRecord, type UserInput } from '../protocol/user.ts';

/** What a request has changed, as the unit of work that changed it knows it. */
export interface ResourceChange {
  type: 'User' | 'Group';
  id: string;
  /** Its attributes before; null when it was not there. */
  before: Record<string, unknown> | null;
  /** Its attributes afterwards; null when it is gone. */
  after: Record<string, unknown> | null;
  /** Of a group: who came and who went. */
  moved?: Moved | undefined;
}

/** What became of a user. */
export const userChange = (id: string, before: UserInput | null, after: UserInput | null): ResourceChange => ({
  type: 'User',
  id,
  before: before && toRecord(before),
  after: after && toRecord(after),
});

type GroupState = Pick<Group, 'displayName' | 'externalId'>;

/** What became of a group. */
export const groupChange = (
  id: string,
  before: GroupState | null,
  after: GroupState | null,
  moved?: Moved,
): ResourceChange => ({
  type: 'Group',
  id,
  before: before && attributesOf(before),
  after: after && attributesOf(after),
  moved,
});

const attributesOf = ({ displayName, externalId }: GroupState) => ({
  displayName,
  ...(externalId !== null && { externalId }),
});
