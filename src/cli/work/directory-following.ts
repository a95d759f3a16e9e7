import type { Account } from '../../accounts/accounts/account.entity.ts';
import { texts } from '../../console/directory/texts.ts';
import type { DirectoryScope } from '../../directory/groups/scope.ts';
import { connectedDirectory } from '../../directory/ldap/directories.ts';
import type { Directory } from '../../directory/ldap/directory.entity.ts';
import { ldapErrors } from '../../directory/ldap/errors.ts';
import { approveHeld, heldShown, listHeld, requestRead } from '../../directory/ldap/sync/approve.ts';
import { type Following, followingOf } from '../../directory/ldap/sync/status.ts';
import {
  approveSays,
  failureText,
  followingWords,
  heldText,
  missingText,
  problemText,
} from '../../directory/ldap/sync/texts.ts';
import { directoryErrors } from '../../directory/errors.ts';
import { iso, isoOrNull } from '../../platform/clock/clock.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { accountOf, scopeOf } from '../frame/choose.ts';
import { type Call, limitOf } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { cliErrors } from '../frame/errors.ts';
import { callerName, withHouse } from '../frame/house.ts';
import { chosen } from './directory.ts';

interface Of {
  account: Account;
  directory: Directory;
  scope: DirectoryScope;
}

/** The connected directory that is meant: the account's one, unless one is named. @throws directory.notConnected */
async function followed(on: Reader, call: Call): Promise<Of> {
  const account = await accountOf(on, call);
  const given = call.value('directory');
  const directory = given === undefined ? await connectedDirectory(on, account.id) : await chosen(on, account, given);
  if (!directory || directory.connectedAt === null) throw ldapErrors('directory.notConnected');
  return { account, directory, scope: { ...scopeOf(account), connectionId: directory.id } };
}

const time = (at: number | null | undefined): string | null => isoOrNull(at ?? null);

const present = ({ directory, account }: Of, { word, state, counts, waiting, approved, problems }: Following) => ({
  id: directory.id,
  accountId: account.id,
  name: directory.name,
  status: word,
  readAt: time(state?.readAt),
  fullReadAt: time(state?.fullAt),
  fullReadMs: state?.fullMs ?? null,
  people: counts.people,
  groups: counts.groups,
  failingSince: time(state?.failingSince),
  errorCode: state?.errorCode ?? null,
  errorDetail: state?.errorDetail ?? null,
  waiting: { ...waiting, since: time(state?.heldAt) },
  approved,
  problems: problems.map((problem) => ({ ...problem, ...problemText(problem) })),
});

/** How the following of a directory goes. */
export const status = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const of = await followed(ground.db.read, call);
    const following = await followingOf(ground.db.read, of.scope);
    ground.trail.observed({ eventName: 'ListDirectories', ...scopeOf(of.account) });
    const json = present(of, following);
    const waits = following.waiting.entry + following.waiting.member;
    const failing = json.failingSince !== null;
    call.output.one({
      json,
      facts: [
        [texts.name, of.directory.name],
        [texts.following, followingWords[following.word].text],
        [texts.lastRead, json.readAt],
        [texts.lastWhole, json.fullReadAt && `${json.fullReadAt}${texts.took(json.fullReadMs)}`],
        [texts.counts, texts.countsOf(json.people, json.groups)],
        ...(failing
          ? ([
              [texts.failingSince, json.failingSince],
              [texts.detail, `${json.errorCode}: ${json.errorDetail}`],
              [texts.todo, failureText(json.errorCode)],
            ] as const)
          : []),
        ...(waits > 0 ? ([['Waits', `${heldText(waits)} carillon directory held`]] as const) : []),
        ...(following.approved > 0 ? ([[texts.approved, texts.approvedWaiting(following.approved)]] as const) : []),
        ...json.problems.map(
          ({ count, names, why, todo }, at) =>
            [at === 0 ? texts.problems : '', `${count} (${names.join(', ')}): ${why} ${todo}`] as const,
        ),
      ],
    });
  });

/** Whom a read would have put out because something was not returned. */
export const held = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const limit = limitOf(call);
    const { account, directory, scope } = await followed(ground.db.read, call);
    // Before the list: whoever comes in between makes the approval ask again.
    const shown = await heldShown(ground.db.read, scope);
    const found = await listHeld(ground.db.read, scope, { limit: limit + 1, offset: 0 });
    const requestParameters = { directoryId: directory.id };
    ground.trail.observed({ eventName: 'ListHeldDirectoryChanges', ...scopeOf(account), requestParameters });
    call.output.list({
      name: 'people',
      items: found.slice(0, limit).map(({ userId, since, ...line }) => ({ id: userId, ...line, since: iso(since) })),
      columns: {
        PERSON: ({ address }) => address,
        MISSING: ({ missing }) => missingText[missing],
        SINCE: ({ since }) => since,
        'GOES ON': ({ approved }) => approved,
      },
      empty: texts.heldNone,
      more: { are: found.length > limit, hint: 'There are more: --limit shows them.' },
      beside: { list: shown.people === 0 ? null : shown.digest, count: shown.people },
    });
    if (!call.output.json && found.length > 0)
      call.output.talk(`To let exactly this list go on: carillon directory approve --list ${shown.digest}`);
  });

/** Lets what waits go on, after it was seen. */
export const approve = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { directory, scope } = await followed(ground.db.read, call);
    const shown = await heldShown(ground.db.read, scope);
    const { waiting } = await followingOf(ground.db.read, scope);
    const waits = waiting.entry + waiting.member;
    if (waits === 0) throw directoryErrors('directory.nothingHeld');
    const [expected, list] = [call.value('people'), call.value('list')];
    if (expected !== undefined && expected !== String(waits))
      throw directoryErrors('directory.heldChanged', {
        values: { people: waits, changes: texts.heldNumber(expected) },
      });
    if (call.flag('yes') && list === undefined)
      throw cliErrors('cli.usage', {
        field: 'list',
        values: { reason: '--yes needs --list, by the name that carillon directory held gives what it shows.' },
      });
    await confirm(call, approveSays(waits));
    await approveHeld(ground, scope, callerName(), list === undefined ? shown : { digest: list.trim() });
    call.output.done(
      { id: directory.id, approved: waits },
      `It goes on: ${directory.name} is read again now, and whoever it still does not return is out.`,
    );
  });

/** Has the server read a directory whole. */
export const read = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const { directory, scope } = await followed(ground.db.read, call);
    await requestRead(ground, scope);
    const text = `${directory.name} is read whole as soon as its turn comes, within seconds of a running server.`;
    call.output.done({ id: directory.id, wanted: true }, text);
  });
