import type { Reader } from '../../platform/database/unit.ts';
import { tiers } from '../../accounts/accounts/types.ts';
import { entitlements } from '../../users/entitlement/entitlement.ts';
import { personal } from '../../trail/people/personal.ts';
import { listUsers } from '../../users/list.ts';
import { personMeant } from '../../users/meant.ts';
import { accountOf, scopeOf } from '../frame/choose.ts';
import { type Call, limitOf } from '../frame/command.ts';
import { cliErrors } from '../frame/errors.ts';
import { withHouse } from '../frame/house.ts';
import { userNamed } from '../frame/people.ts';
import { type PresentUser, presentUser, statusText, tierText, whyText } from './user-present.ts';

/** People are read this many at a time: rights are asked for a page at once. */
const pageSize = 200;

interface Wanted {
  accountId: string;
  search: string;
  after: string | undefined;
  limit: number;
  fits: (user: PresentUser) => boolean;
}

/** Walks the account until enough people fit: status and tier are asked, not stored, so no query can choose by them. */
async function collect(on: Reader, wanted: Wanted): Promise<{ users: PresentUser[]; more: boolean }> {
  const { accountId, search, limit, fits } = wanted;
  const users: PresentUser[] = [];
  for (let { after } = wanted; ;) {
    const page = await listUsers(on, { accountId, search, after, limit: pageSize });
    const ids = page.users.map(({ id }) => id);
    const rights = await entitlements(on, ids);
    for (const user of page.users.map((line) => presentUser(accountId, line, rights.get(line.id))).filter(fits)) {
      if (users.length === limit) return { users, more: true };
      users.push(user);
    }
    if (!page.more) return { users, more: false };
    after = ids.at(-1);
  }
}

/** One of a few words, without regard to case. @throws cli.usage */
function choiceOf<T extends string>(call: Call, option: string, words: readonly T[]): T | undefined {
  const typed = call.value(option);
  if (typed === undefined) return undefined;
  const found = words.find((word) => word.toLowerCase() === typed.toLowerCase());
  if (found) return found;
  throw cliErrors('cli.usage', {
    field: option,
    values: { reason: `--${option} must be one of ${words.join(', ')}.` },
  });
}

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const on = ground.db.read;
    const limit = limitOf(call);
    const status = choiceOf(call, 'status', ['Registered', 'Unregistered', 'Suspended', 'Released']);
    const tier = choiceOf(call, 'tier', [...tiers, 'ProTrial', 'none']);
    const account = await accountOf(on, call);
    const after = call.value('after');
    const search = (call.value('search') ?? '').trim();
    const { users, more } = await collect(on, {
      accountId: account.id,
      search,
      limit,
      after: after === undefined ? undefined : (await userNamed(on, call, after)).id,
      fits: (user) =>
        (status === undefined || user.status === status) && (tier === undefined || (user.tier ?? 'none') === tier),
    });
    const about = search === '' ? undefined : await personMeant(on, scopeOf(account), search);
    ground.trail.observed({
      eventName: 'ListUsers',
      ...scopeOf(account),
      ...(about !== undefined && { about }),
      requestParameters: { accountId: account.id, ...(search && { search: personal(search.slice(0, 320)) }) },
    });
    call.output.list({
      name: 'users',
      items: users,
      columns: {
        EMAIL: ({ email }) => email,
        NAME: ({ displayName }) => displayName,
        STATUS: statusText,
        TIER: tierText,
        WHY: whyText,
        'LAST SEEN': ({ lastActiveAt }) => lastActiveAt ?? 'never',
      },
      empty: search || status || tier ? 'Nobody matches.' : `Nobody is in ${account.name} yet.`,
      more: { are: more, hint: `There are more: --limit shows more at once, --after ${users.at(-1)?.id} the next.` },
    });
  });
