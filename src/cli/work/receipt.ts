import { texts } from '../../console/receipts/texts.ts';
import { iso } from '../../platform/clock/clock.ts';
import type { OutCause } from '../../users/lifecycle/out.ts';
import { listReceipts } from '../../users/lifecycle/receipts.ts';
import { accountOf, scopeOf } from '../frame/choose.ts';
import { type Call, limitOf } from '../frame/command.ts';
import { withHouse } from '../frame/house.ts';
import { userNamed } from '../frame/people.ts';

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const on = ground.db.read;
    const limit = limitOf(call);
    const named = call.value('user');
    const user = named === undefined ? null : await userNamed(on, call, named);
    const scope = user ?? scopeOf(await accountOf(on, call));
    const { organisationId, accountId } = scope;
    const { receipts, more } = await listReceipts(on, { accountId, userId: user?.id, limit });
    ground.trail.observed({ eventName: 'ListReceipts', organisationId, accountId });
    call.output.list({
      name: 'receipts',
      items: receipts.map((receipt) => ({
        id: receipt.id,
        userId: receipt.userId,
        email: receipt.primaryAddress,
        cause: receipt.cause,
        saidAt: iso(receipt.saidAt),
        finishedAt: iso(receipt.finishedAt),
        milliseconds: receipt.finishedAt - receipt.saidAt,
        sessions: receipt.sessions,
        streams: receipt.streams,
      })),
      columns: {
        'SAID AT': ({ saidAt }) => saidAt,
        WHOM: ({ email }) => email ?? texts.erased,
        CAUSE: ({ cause }) => texts.causes[cause as OutCause] ?? cause,
        SESSIONS: ({ sessions }) => sessions,
        PAGES: ({ streams }) => streams,
        'CLOSED AFTER': ({ milliseconds }) => texts.milliseconds(milliseconds),
      },
      empty: 'Nothing was ended yet.',
      more: { are: more, hint: `Only the newest ${limit} are shown: --limit shows more.` },
    });
  });
