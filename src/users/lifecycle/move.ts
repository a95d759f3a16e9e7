import type { Account } from '../../accounts/accounts/account.entity.ts';
import { clock } from '../../platform/clock/clock.ts';
import { chunks } from '../../platform/database/chunks.ts';
import { changed, later, rows } from '../../platform/database/run.ts';
import { list, sql } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { handOverKeys } from '../../trail/people/hand-over.ts';
import type { Ground } from '../../trail/ground.ts';
import { nextTrial, type TrialEvent } from '../trial/trial.ts';
import type { User } from '../user.entity.ts';
import { announceChanged } from './out.ts';
import type { Upstairs } from './upstairs.ts';

/** Where people of own accounts go, and what that does to a trial: they enter an account, or leave one for nobody's. */
export interface Move {
  from: Pick<Account, 'id' | 'organisationId' | 'epoch'>;
  to: Pick<Account, 'id' | 'organisationId' | 'epoch' | 'defaultLicence'>;
  trial: Extract<TrialEvent, 'enter' | 'leave'>;
}

/** People who went to another account: their devices go with them, and nothing else that they hold. */
export interface PeopleMoved extends Omit<Move, 'trial'> {
  /** Each with the epoch that ended there, and the one that begins here. */
  people: { id: string; formerEpoch: number; epoch: number }[];
}

/**
 * Moves people of own accounts to another account, with id, addresses and what they sign in with; their tier is that
 * account's default licence from the commit on. Their devices stay signed in; what they hold at relying parties ends, as
 * those are of the former organisation. To be called in a unit that has both accounts to itself, with people whom nobody
 * has said no to, and whose names are free there (`mayMove`).
 */
export async function movePeople(
  ground: Ground,
  upstairs: Upstairs,
  m: Writer,
  users: readonly User[],
  { from, to, trial }: Move,
): Promise<void> {
  const now = clock.now();
  for (const some of chunks(users)) {
    const people: PeopleMoved['people'] = [];
    for (const user of some) {
      const { trialStartedAt, trialEndsAt, trialToldAt } = nextTrial(user, trial, now);
      const [moved] = await changed<{ epoch: number | string }>(
        m,
        // A connection that comes again in the account that they leave keeps nobody of another one.
        sql`UPDATE "users" SET "organisationId" = ${to.organisationId}, "accountId" = ${to.id},
              "connectionId" = NULL, "externalId" = NULL,
              "licence" = ${to.defaultLicence}, "trialStartedAt" = ${trialStartedAt}, "trialEndsAt" = ${trialEndsAt},
              "trialToldAt" = ${trialToldAt}, "epoch" = "epoch" + 1, "version" = "version" + 1
            WHERE "id" = ${user.id} AND "accountId" = ${from.id} RETURNING "epoch"`,
      );
      if (!moved) continue;
      const epoch = Number(moved.epoch);
      people.push({ id: user.id, formerEpoch: epoch - 1, epoch });
    }
    const ids = people.map(({ id }) => id);
    if (ids.length === 0) continue;
    await later(m, sql`UPDATE "user_addresses" SET "accountId" = ${to.id} WHERE "userId" IN (${list(ids)})`);
    await handOverKeys(m, ids, to.organisationId);
    await upstairs.peopleMoved(m, { from, to, people });
    announceChanged(ground, ids);
  }
}

type Names = Pick<User, 'id' | 'userNameKey' | 'primaryAddressKey'>;

/** Those of these people whose names nobody else has in that account. */
export async function mayMove<Named extends Names>(
  on: Reader,
  accountId: string,
  users: readonly Named[],
): Promise<Named[]> {
  const taken = new Set<string>();
  for (const some of chunks(users)) {
    const living = sql`FROM "users" WHERE "accountId" = ${accountId} AND "deletedAt" IS NULL AND "releasedAt" IS NULL`;
    const found = await rows<{ key: string }>(
      on,
      sql`SELECT "userNameKey" AS "key" ${living} AND "userNameKey" IN (${list(some.map((one) => one.userNameKey))})
          UNION ALL SELECT "primaryAddressKey" ${living}
            AND "primaryAddressKey" IN (${list(some.map((one) => one.primaryAddressKey))})`,
    );
    for (const { key } of found) taken.add(key);
  }
  return users.filter((user) => !taken.has(user.userNameKey) && !taken.has(user.primaryAddressKey));
}
