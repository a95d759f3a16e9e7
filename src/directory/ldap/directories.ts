import { In, IsNull, Not } from 'typeorm';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { Scope } from '../../users/lifecycle/out.ts';
import { type Directory, DirectoryTable } from './directory.entity.ts';
import { ldapErrors } from './errors.ts';

/** The directories that an account may use, the connected one among them; by name. */
export const listDirectories = (on: Reader, { organisationId, accountId }: Scope): Promise<Directory[]> =>
  on.find(DirectoryTable, { where: { organisationId, accountId }, order: { name: 'ASC', id: 'ASC' } });

/** @throws directory.notFound, also for another account's */
export async function requireDirectory(on: Reader, scope: Scope, directoryId: string): Promise<Directory> {
  const { organisationId, accountId } = scope;
  const directory = await on.findOneBy(DirectoryTable, { id: directoryId, organisationId, accountId });
  if (!directory) throw ldapErrors('directory.notFound');
  return directory;
}

/** The one that says who an account's people are; null for an account without. */
export const connectedDirectory = (on: Reader, accountId: string): Promise<Directory | null> =>
  on.findOneBy(DirectoryTable, { accountId, connectedAt: Not(IsNull()) });

/** Every directory that is connected, of whatever account: for what follows them. */
export const connectedDirectories = (on: Reader): Promise<Directory[]> =>
  on.find(DirectoryTable, { where: { connectedAt: Not(IsNull()) }, order: { id: 'ASC' } });

/** Forgets the directories of accounts that are deleted, with their service accounts' passwords. */
export async function dropDirectories(m: Writer, accountIds: readonly string[]): Promise<void> {
  await m.delete(DirectoryTable, { accountId: In([...accountIds]) });
}
