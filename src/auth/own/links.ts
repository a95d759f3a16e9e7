import { clock } from '../../platform/clock/clock.ts';
import { insertRow } from '../../platform/database/insert.ts';
import { changed, later, rows } from '../../platform/database/run.ts';
import { selectRow } from '../../platform/database/select.ts';
import { isOneOf, list, sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { hashToken, newId, newToken } from '../../platform/ids/ids.ts';
import { ownErrors } from './errors.ts';
import { type LinkPurpose, type OwnLink, OwnLinkTable } from './link.entity.ts';

const hourMs = 3_600_000;
/** How long a mailed link is good. */
export const linkHours: number = 1;

type Made = Pick<
  OwnLink,
  'purpose' | 'addressKey' | 'address' | 'userId' | 'organisationId' | 'target' | 'changeId'
> & {
  /** The browser's own random value. */
  browser: string;
};

/** Keeps a link that is about to be mailed. @returns its token, and until when it is good */
export async function makeLink(
  m: Writer,
  { browser, target, ...made }: Made,
): Promise<{ token: string; expiresAt: number }> {
  const token = newToken();
  const now = clock.now();
  const expiresAt = now + linkHours * hourMs;
  await insertRow(m, OwnLinkTable, {
    ...made,
    id: newId(),
    tokenHash: hashToken(token),
    browserHash: hashToken(browser),
    target: target.slice(0, 1024),
    createdAt: now,
    expiresAt,
    usedAt: null,
  });
  return { token, expiresAt };
}

/** What a link is for, while it is good. @throws own.linkInvalid */
export async function readLink(on: Reader, token: string, purposes: readonly LinkPurpose[]): Promise<OwnLink> {
  const link = await selectRow(on, OwnLinkTable, sql`a."tokenHash" = ${hashToken(token.slice(0, 128))}`);
  if (!link || link.usedAt !== null || link.expiresAt <= clock.now() || !purposes.includes(link.purpose)) {
    throw ownErrors('own.linkInvalid');
  }
  return link;
}

/** Whether it was asked for in this browser; else whoever opens it says so once more. */
export const isOfBrowser = ({ browserHash }: OwnLink, browser: string): boolean => browserHash === hashToken(browser);

/** Uses a link up, in the unit of what it does. @throws own.linkInvalid when another was first */
export async function takeLink(m: Writer, { id }: OwnLink): Promise<void> {
  const now = clock.now();
  const taken = await changed(
    m,
    sql`UPDATE "own_links" SET "usedAt" = ${now}
        WHERE "id" = ${id} AND "usedAt" IS NULL AND "expiresAt" > ${now} RETURNING "id"`,
  );
  if (taken.length === 0) throw ownErrors('own.linkInvalid');
}

/** What was mailed to an address before, or to a person, does nothing any more. */
export async function endLinks(
  m: Writer,
  whose: { addressKey: string } | { userIds: readonly string[] },
): Promise<void> {
  const which =
    'addressKey' in whose ? sql`"addressKey" = ${whose.addressKey}` : sql`"userId" IN (${list(whose.userIds)})`;
  await rows(m, sql`DELETE FROM "own_links" WHERE ${which}`);
}

/** Changes of address that these people have begun come to nothing. */
export async function endChanges(m: Writer, userIds: readonly string[]): Promise<void> {
  await later(m, sql`DELETE FROM "own_links" WHERE "changeId" IS NOT NULL AND "userId" ${isOneOf(userIds)}`);
}

/** Forgets links that nobody can use any more. */
export async function sweepLinks(m: Writer): Promise<void> {
  await rows(m, sql`DELETE FROM "own_links" WHERE "expiresAt" < ${clock.now() - 24 * hourMs}`);
}
