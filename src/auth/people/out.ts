import { accountChangedTopic } from '../../accounts/accounts/changed.ts';
import { clock } from '../../platform/clock/clock.ts';
import { insertRows } from '../../platform/database/insert.ts';
import { faultPoint } from '../../platform/fault-points/fault-points.ts';
import type { Announcement, Outbox } from '../../platform/outbox/outbox.ts';
import type { Handler } from '../../platform/outbox/consumer.ts';
import type { Ground } from '../../trail/ground.ts';
import { usersChangedTopic, type UsersOut, usersOutTopic } from '../../users/lifecycle/out.ts';
import { type Receipt, ReceiptTable } from '../../users/lifecycle/receipt.entity.ts';
import { endChanges } from '../own/links.ts';
import type { Sessions } from '../sessions/sessions.ts';

/** After these, somebody who is out is the one who said so. */
const ownDoing = new Set<UsersOut['cause']>(['signOut', 'left', 'passwordChanged']);

/** Makes memory forget whoever changed, after the COMMIT and before its caller is answered. */
export function forgetWhatChanged(outbox: Outbox, sessions: Sessions): () => void {
  return outbox.listen((event: Announcement) => {
    if (event.topic === usersOutTopic) {
      const { people } = event.payload as unknown as UsersOut;
      sessions.forgetPrincipals(
        'user',
        people.map(({ id }) => id),
      );
    } else if (event.topic === usersChangedTopic) {
      sessions.forgetPrincipals('user', (event.payload as { userIds: string[] }).userIds);
    } else if (event.topic === accountChangedTopic) sessions.forgetAccount(event.subject);
  });
}

/**
 * After a no: closes what was open and writes a receipt for each person. Everything is refused already when this
 * runs; running it twice ends nothing twice, and keeps the first receipt.
 */
export function closeWhatIsOver(ground: Ground, sessions: Sessions): Handler {
  return async (event) => {
    const { organisationId, accountId, cause, people } = event.payload as unknown as UsersOut;
    // One unit, so one commit: a directory that says no to many at once is not kept waiting for its receipts.
    await ground.db.write(async (m) => {
      const ids = people.map(({ id }) => id);
      const [counts] = await Promise.all([
        sessions.sweep(m, people, cause),
        !ownDoing.has(cause) && endChanges(m, ids),
      ]);
      faultPoint('out.swept', cause);
      const finishedAt = clock.now();
      const receipts = people.map(({ id }): Receipt => ({
        id: `${event.id}:${id.slice(-12)}`,
        organisationId,
        accountId,
        userId: id,
        cause,
        saidAt: event.createdAt,
        finishedAt,
        sessions: counts.get(id)?.sessions ?? 0,
        streams: counts.get(id)?.streams ?? 0,
      }));
      await insertRows(m, ReceiptTable, receipts, 'pass over');
      faultPoint('out.receipted', cause);
    });
  };
}
