import { EntitySchema } from 'typeorm';
import { type Columns, id, text, time } from '../../../../platform/database/columns.ts';

/** What Carillon remembers of one entry of a directory: which person or group it is, and how it last looked. */
export interface DirectoryEntry {
  directoryId: string;
  /** objectGUID, entryUUID: what a rename or a move leaves as it is; as text. */
  guid: string;
  organisationId: string;
  accountId: string;
  kind: 'user' | 'group';
  /** The person or the group that it became; null while it could not become one. */
  localId: string | null;
  /** SHA-256 of the folded DN: members are named by it. */
  dnHash: string;
  /** SHA-256 of all that was read of it, so that what did not change is not written again. */
  contentHash: string;
  /** accountExpires: nothing is written to the directory when it comes. */
  expiresAt: number | null;
  /** Since when reads did not give it back any more; they may yet, under the same guid. */
  goneAt: number | null;
  /** The stable code of why it became no person. */
  problem: string | null;
  /** With a problem: how the entry is named to the administrator, and the domain of its address. */
  label: string | null;
  domain: string | null;
}

export const DirectoryEntryTable = new EntitySchema<DirectoryEntry>({
  name: 'DirectoryEntry',
  tableName: 'directory_entries',
  columns: {
    directoryId: { ...id, primary: true },
    guid: { ...id, primary: true },
    organisationId: id,
    accountId: id,
    kind: text(8),
    localId: { ...id, nullable: true },
    dnHash: text(64),
    contentHash: text(64),
    expiresAt: { ...time, nullable: true },
    goneAt: { ...time, nullable: true },
    problem: { ...text(64), nullable: true },
    label: { ...text(320), nullable: true },
    domain: { ...text(255), nullable: true },
  } satisfies Columns<DirectoryEntry>,
});
