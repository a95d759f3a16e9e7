import { texts } from '../../console/groups/texts.ts';
import { listMembers } from '../../directory/groups/list-members.ts';
import { type GroupLine, listGroups, unmapGroup } from '../../directory/groups/mappings.ts';
import { connectedDirectory } from '../../directory/ldap/directories.ts';
import { addGroup } from '../../directory/ldap/groups/add.ts';
import { goneGroupsOf } from '../../directory/ldap/groups/gone.ts';
import { directoryErrors } from '../../directory/errors.ts';
import type { Reader } from '../../platform/database/unit.ts';
import { lostByMapping } from '../../users/lifecycle/would-lose.ts';
import { accountOf, byIdOrName, notFound, scopeOf } from '../frame/choose.ts';
import { type Call, limitOf } from '../frame/command.ts';
import { confirm } from '../frame/confirm.ts';
import { withHouse } from '../frame/house.ts';

const present = ({ groupId, groupName, members, tier, mappingId }: GroupLine) => ({
  id: groupId,
  name: groupName,
  members,
  tier,
  mappingId,
  waiting: groupId === null,
});

async function groupNamed(on: Reader, accountId: string, given: string): Promise<GroupLine> {
  const groups = (await listGroups(on, accountId)).map((line) => ({
    line,
    id: line.groupId ?? line.mappingId ?? '',
    name: line.groupName,
  }));
  const found = byIdOrName(groups, given);
  if (!found) throw notFound('group', given);
  return found.line;
}

export const list = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const groups = await listGroups(ground.db.read, account.id);
    const directory = await connectedDirectory(ground.db.read, account.id);
    const gone = directory ? await goneGroupsOf(ground.db.read, directory.id) : new Set<string>();
    ground.trail.observed({ eventName: 'ListGroups', ...scopeOf(account) });
    call.output.list({
      name: 'groups',
      items: groups.map((line) => ({ ...present(line), gone: line.groupId !== null && gone.has(line.groupId) })),
      columns: {
        GROUP: ({ name }) => name,
        MEMBERS: ({ members, waiting }) => (waiting ? null : members),
        TIER: ({ tier }) => tier,
        STATUS: ({ waiting, gone: isGone }) => (waiting ? texts.waiting : isGone ? texts.gone : null),
        ID: ({ id }) => id,
      },
      empty: directory
        ? `No group of ${directory.name} was added yet: carillon group map <group> Pro`
        : `No group was pushed to ${account.name} yet. Push groups from your directory, then: carillon group map <group> Pro`,
    });
  });

export const show = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const limit = limitOf(call);
    const account = await accountOf(ground.db.read, call);
    const line = await groupNamed(ground.db.read, account.id, call.required('group'));
    ground.trail.observed({ eventName: 'ListGroups', ...scopeOf(account) });
    const { members, more } = line.groupId
      ? await listMembers(ground.db.read, account.id, line.groupId, limit)
      : { members: [], more: false };
    const { members: count, ...group } = present(line);
    if (call.output.json) {
      call.output.document({ ...group, memberCount: count, members, more });
      return;
    }
    call.output.one({
      json: {},
      facts: [
        ['Group', group.name],
        ['Tier', group.tier],
        ['Members', group.waiting ? texts.waiting : count],
        ['ID', group.id],
      ],
    });
    if (members.length === 0) return;
    call.output.line('');
    call.output.list({
      name: 'members',
      items: members,
      columns: { MEMBER: ({ name }) => name, TYPE: ({ type }) => type, ID: ({ id }) => id },
      empty: '',
      more: { are: more, hint: `Only the first ${limit} members are shown: --limit shows more.` },
    });
  });

export const map = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground, ldap }) => {
    const account = await accountOf(ground.db.read, call);
    const given = call.required('group');
    const byId = (await listGroups(ground.db.read, account.id)).find(({ groupId }) => groupId === given);
    const groupName = byId?.groupName ?? given; // else exactly the name: the guide wants no other
    const groupId = byId?.groupId ?? undefined;
    const typed = call.required('tier');
    const tier = typed.charAt(0).toUpperCase() + typed.slice(1).toLowerCase();
    const mapping = await addGroup(ground, ldap, scopeOf(account), {
      groupName,
      tier,
      ...(groupId !== undefined && { groupId }),
    });
    const json = { id: mapping.groupId, name: mapping.groupName, tier: mapping.tier, mappingId: mapping.id };
    call.output.done(json, `People in ${mapping.groupName} are ${mapping.tier} from now on.`);
  });

export const unmap = (call: Call): Promise<void> =>
  withHouse(call, async ({ ground }) => {
    const account = await accountOf(ground.db.read, call);
    const { groupId, groupName, mappingId } = await groupNamed(ground.db.read, account.id, call.required('group'));
    if (mappingId === null) throw directoryErrors('mapping.notFound', { field: 'group' });
    const loss = await lostByMapping(ground.db.read, account.id, mappingId);
    await confirm(call, [
      `The tier of the group ${groupName} of ${account.name} will be taken away.`,
      texts.loss(loss),
    ]);
    const putOut = await unmapGroup(ground, scopeOf(account), mappingId);
    const text = `The group ${groupName} has no permission tier any more; ${putOut} put out.`;
    call.output.done({ id: groupId, name: groupName, lost: loss.people, putOut }, text);
  });
