import { accountChangedTopic } from '../../accounts/accounts/changed.ts';
import { clock } from '../../platform/clock/clock.ts';
import { lazily } from '../../platform/database/database.ts';
import { insertRows } from '../../platform/database/insert.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { faultPoint } from '../../platform/fault-points/fault-points.ts';
import type { Announcement, Outbox } from '../../platform/outbox/outbox.ts';
import type { Handler } from '../../platform/outbox/consumer.ts';
import { gathered } from '../../platform/outbox/gathered.ts';
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
export const closeWhatIsOver = (ground: Ground, sessions: Sessions): Handler =>
  // One unit, so one commit: a directory that says no to many at once is not kept waiting for their receipts.
  gathered((events) =>
    ground.db.write(async (m) => {
      const receipts: Receipt[] = [];
      const nos = events.map(({ id, createdAt, payload }) => ({ id, createdAt, ...(payload as unknown as UsersOut) }));
      const byCause = Map.groupBy(nos, ({ cause }) => cause);
      for (const [cause, some] of byCause) receipts.push(...(await close(m, sessions, cause, some)));
      await insertRows(m, ReceiptTable, receipts, 'pass over');
      for (const cause of byCause.keys()) faultPoint('out.receipted', cause);
    }, lazily),
  );

type No = UsersOut & { id: string; createdAt: number };

/** @returns a receipt for each whom one of them is about */
async function close(m: Writer, sessions: Sessions, cause: UsersOut['cause'], nos: readonly No[]): Promise<Receipt[]> {
  const everybody = nos.flatMap(({ people }) => people);
  const [counts] = await Promise.all([
    sessions.sweep(m, everybody, cause),
    !ownDoing.has(cause) &&
      endChanges(
        m,
        everybody.map(({ id }) => id),
      ),
  ]);
  faultPoint('out.swept', cause);
  const finishedAt = clock.now();
  return nos.flatMap(({ id: eventId, createdAt, organisationId, accountId, people }) =>
    people.map(({ id }): Receipt => {
      const { sessions: ended, streams } = counts.get(id) ?? { sessions: 0, streams: 0 };
      counts.delete(id); // what ended is told once, of the first no
      const receiptId = `${eventId}:${id.slice(-12)}`;
      const at = { saidAt: createdAt, finishedAt };
      return { id: receiptId, organisationId, accountId, userId: id, cause, ...at, sessions: ended, streams };
    }),
  );
}
