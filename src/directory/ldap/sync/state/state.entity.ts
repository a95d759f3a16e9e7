import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, json, longText, text, time } from '../../../../platform/database/columns.ts';

/** How far one server's changes were read. What it counts by belongs to that server alone. */
export interface Cursor {
  /** Which server: its DSA object and invocation in AD, its address elsewhere. */
  server: string;
  /** highestCommittedUSN; or the last modifyTimestamp of an entry, as the directory stamped it. */
  position: string;
  /** contextCSN, where there is one: while it stands still, nothing was changed. */
  context: string | null;
}

/** How the following of one directory goes: one row a directory. */
export interface DirectoryState {
  directoryId: string;
  organisationId: string;
  accountId: string;
  cursor: Cursor | null;
  /** The last read that worked, of any kind; the last full one; and what that took, in milliseconds. */
  readAt: number | null;
  fullAt: number | null;
  fullMs: number | null;
  /** People and groups that the directory has, as far as they became some here, and entries that did not. */
  people: number;
  groups: number;
  problems: number;
  /** When a whole read was wanted last, whatever the time of the next; done once one has begun since. */
  fullWantedAt: number | null;
  /** The same of the groups alone: somebody new is known, whom they may have named before. */
  groupsWantedAt: number | null;
  /** When the last read of all groups began. */
  groupsAt: number | null;
  /** Since when reading fails, and the stable code and text of the last failure. */
  failingSince: number | null;
  errorCode: string | null;
  errorDetail: string | null;
  /** The guard: since when a read that would take away too many people waits for an administrator. */
  heldAt: number | null;
  /** Who let it go on, and when; until what is held is done. */
  approvedAt: number | null;
  approvedBy: string | null;
  /** Which process follows it, and until when nobody else may. */
  leaseBy: string | null;
  leaseUntil: number | null;
}

export const DirectoryStateTable = new EntitySchema<DirectoryState>({
  name: 'DirectoryState',
  tableName: 'directory_states',
  columns: {
    directoryId: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    cursor: { ...json, nullable: true },
    readAt: { ...time, nullable: true },
    fullAt: { ...time, nullable: true },
    fullMs: { ...integer, nullable: true },
    people: integer,
    groups: integer,
    problems: integer,
    fullWantedAt: { ...time, nullable: true },
    groupsWantedAt: { ...time, nullable: true },
    groupsAt: { ...time, nullable: true },
    failingSince: { ...time, nullable: true },
    errorCode: { ...text(64), nullable: true },
    errorDetail: { ...longText, nullable: true },
    heldAt: { ...time, nullable: true },
    approvedAt: { ...time, nullable: true },
    approvedBy: { ...text(128), nullable: true },
    leaseBy: { ...id, nullable: true },
    leaseUntil: { ...time, nullable: true },
  } satisfies Columns<DirectoryState>,
});
