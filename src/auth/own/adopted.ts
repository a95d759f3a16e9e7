import type { Handler } from '../../platform/outbox/consumer.ts';
import type { Ground } from '../../trail/ground.ts';
import { hasOwnAccount } from '../../users/own.ts';
import { UserTable } from '../../users/user.entity.ts';
import { endLinks } from './links.ts';
import { dropLogins } from './logins.ts';

/** A directory has taken somebody in who had an own account: what they signed in by here, and every mailed link, goes. */
export const forgetLoginOfAdopted =
  (ground: Ground): Handler =>
  async ({ payload }) => {
    const { organisationId, accountId, userId } = payload as Record<'organisationId' | 'accountId' | 'userId', string>;
    await ground.db.write(
      async (m) => {
        const user = await m.findOneBy(UserTable, { id: userId, accountId });
        // It may have been disconnected meanwhile, and the person have come on their own again.
        if (!user || (await hasOwnAccount(m, user))) return;
        await dropLogins(m, [userId]);
        await endLinks(m, { userIds: [userId] });
      },
      { organisationId, accountId },
    );
  };
