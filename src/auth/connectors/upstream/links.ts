import { tiersByGroup } from '../../../accounts/accounts/types.ts';
import { AccountTable } from '../../../accounts/accounts/account.entity.ts';
import { clock } from '../../../platform/clock/clock.ts';
import type { Reader, Writer } from '../../../platform/database/unit.ts';
import { newId } from '../../../platform/ids/ids.ts';
import { hasOwnAccount } from '../../../users/own.ts';
import { type User, UserTable } from '../../../users/user.entity.ts';
import { upstreamErrors } from './errors.ts';
import { type UpstreamLink, UpstreamLinkTable } from './link.entity.ts';

/** Who somebody is at a provider. */
export interface Subject {
  providerId: string;
  issuer: string;
  subject: string;
}

/**
 * The person who signs in as that subject.
 * @returns null when nobody does, or whoever did is deleted, with their account perhaps, or released
 */
export async function linkedPerson(on: Reader, whose: Subject): Promise<User | null> {
  const { providerId, issuer, subject } = whose;
  const link = await on.findOneBy(UpstreamLinkTable, { providerId, issuer, subject });
  const user = link && (await on.findOneBy(UserTable, { id: link.userId }));
  if (user?.deletedAt !== null || user.releasedAt !== null) return null;
  const account = await on.findOneBy(AccountTable, { id: user.accountId });
  return account?.deletedAt === null ? user : null;
}

/** A person's links. */
export const linksOf = (on: Reader, userId: string): Promise<UpstreamLink[]> =>
  on.findBy(UpstreamLinkTable, { userId });

/**
 * Writes down that a person signs in as that subject from now on.
 * @throws upstream.linkedElsewhere, upstream.linkedAlready
 */
export async function insertLink(m: Writer, whose: Subject, userId: string): Promise<UpstreamLink> {
  const { providerId, issuer, subject } = whose;
  const holder = await linkedPerson(m, whose);
  if (holder && holder.id !== userId) throw upstreamErrors('upstream.linkedElsewhere');
  const present = await m.findOneBy(UpstreamLinkTable, { providerId, userId });
  if (present && (present.subject !== subject || present.issuer !== issuer))
    throw upstreamErrors('upstream.linkedAlready');
  if (present) return present;
  // Whoever had it is deleted or released, and may come back as somebody new.
  await m.delete(UpstreamLinkTable, { providerId, issuer, subject });
  const link: UpstreamLink = { id: newId(), providerId, issuer, subject, userId, createdAt: clock.now(), usedAt: null };
  await m.insert(UpstreamLinkTable, link);
  return link;
}

/**
 * Only who has no directory signs in elsewhere: it alone says who its people are.
 * @throws upstream.directory
 */
export async function requireOwn(on: Reader, { connectionId, accountId }: Pick<User, 'connectionId' | 'accountId'>) {
  const account = (await hasOwnAccount(on, { connectionId }))
    ? await on.findOneBy(AccountTable, { id: accountId })
    : null;
  if (!account || tiersByGroup(account.type)) throw upstreamErrors('upstream.directory');
}
