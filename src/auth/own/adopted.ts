import { list, type Sql, sql } from '../../platform/database/sql.ts';
import { rows } from '../../platform/database/run.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import type { Handler } from '../../platform/outbox/consumer.ts';
import type { Ground } from '../../trail/ground.ts';
import { hasOwnAccount } from '../../users/own.ts';
import { UserTable } from '../../users/user.entity.ts';
import { policyFor } from '../people/second-factor.ts';
import { endLinks } from './links.ts';

/** One, or several at once. */
type Adopted = Record<'organisationId' | 'accountId', string> & ({ userId: string } | { userIds: string[] });

/**
 * A directory has taken people in who had own accounts: what they signed in by here, and every mailed link, goes. So do
 * passkeys that nobody could see any more, which would open the account again when the directory is gone; one that stands
 * beside a directory's password stays.
 */
export const forgetLoginOfAdopted =
  (ground: Ground): Handler =>
  async ({ payload }) => {
    const adopted = payload as unknown as Adopted;
    const { organisationId, accountId } = adopted;
    await ground.db.write(
      async (m) => {
        const people: string[] = [];
        const unseen: string[] = [];
        for (const id of await withCredentials(m, 'userIds' in adopted ? adopted.userIds : [adopted.userId])) {
          const user = await m.findOneBy(UserTable, { id, accountId });
          // It may have been disconnected meanwhile, and the person have come on their own again.
          if (!user || (await hasOwnAccount(m, user))) continue;
          people.push(id);
          if (!(await policyFor(m, user)).asked) unseen.push(id);
        }
        await endLinks(m, { userIds: people });
        await dropWays(m, list(people));
        await dropPasskeys(m, list(unseen));
      },
      { organisationId, accountId },
    );
  };

/** Those of them who have anything of it, who are few where a whole company is connected again. */
async function withCredentials(on: Reader, userIds: readonly string[]): Promise<string[]> {
  const found = await rows<{ userId: string }>(
    on,
    sql`SELECT "userId" FROM "logins" WHERE "userId" IN (${list(userIds)})
        UNION SELECT "userId" FROM "own_links" WHERE "userId" IN (${list(userIds)})
        UNION SELECT "userId" FROM "upstream_links" WHERE "userId" IN (${list(userIds)})
        UNION SELECT "userId" FROM "person_passkeys" WHERE "userId" IN (${list(userIds)})`,
  );
  return found.map(({ userId }) => userId);
}

/**
 * The same before a connection goes, of all whom it keeps: whoever registered while it was disconnected before is found
 * again and not adopted, and their address may have passed to somebody else. Who is left without a directory registers by a
 * mail to the address that they have now.
 */
export async function forgetLoginsKeptBy(m: Writer, { id, kind }: { id: string; kind: string }): Promise<void> {
  const kept = sql`SELECT "id" FROM "users" WHERE "connectionId" = ${id}`;
  await dropWays(m, kept);
  // Beside the password of an LDAP directory they have a use, and whose they are sees them.
  if (kind !== 'ldap') await dropPasskeys(m, kept);
}

async function dropWays(m: Writer, userIds: Sql): Promise<void> {
  await rows(m, sql`DELETE FROM "logins" WHERE "userId" IN (${userIds})`);
  await rows(m, sql`DELETE FROM "upstream_links" WHERE "userId" IN (${userIds})`);
}

/** Recovery codes stand for a factor, so they go with the last one. */
async function dropPasskeys(m: Writer, userIds: Sql): Promise<void> {
  await rows(m, sql`DELETE FROM "person_passkeys" WHERE "userId" IN (${userIds})`);
  await rows(
    m,
    sql`DELETE FROM "person_recovery_codes" WHERE "userId" IN (${userIds})
        AND NOT EXISTS (SELECT 1 FROM "person_totps" t WHERE t."userId" = "person_recovery_codes"."userId")`,
  );
}
