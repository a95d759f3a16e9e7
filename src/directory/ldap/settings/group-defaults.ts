import type { LdapClient } from '../client/client.ts';
import { parseFilter, present } from '../client/filters.ts';
import { isActiveDirectory, type DirectoryKind, defaultsOf } from '../kinds.ts';
import type { Draft } from './input.ts';

/** How a directory keeps its groups: which entries they are, and in which attribute their members stand. */
export interface GroupDefaults {
  groupFilter: string;
  member: string;
}

/** The ways of directories other than Active Directory, the usual one first (RFC 4519 §3.5 and §3.6, RFC 2307 §3). */
const ways: readonly GroupDefaults[] = [
  { groupFilter: '(objectClass=groupOfNames)', member: 'member' },
  { groupFilter: '(objectClass=groupOfUniqueNames)', member: 'uniqueMember' },
  { groupFilter: '(objectClass=posixGroup)', member: 'memberUid' },
];

/**
 * What an administrator left out of how groups are kept: it follows from what they gave, else from the groups that are
 * there; without any, it is the usual way of the kind.
 * @throws directory.*, when the directory cannot be asked
 */
export async function groupDefaults(
  client: LdapClient,
  kind: DirectoryKind,
  base: string,
  { groupFilter, attributes }: Pick<Draft, 'groupFilter' | 'attributes'>,
): Promise<GroupDefaults> {
  const { groupFilter: usual, attributes: names } = defaultsOf[kind];
  const given = { groupFilter: groupFilter ?? usual, member: attributes.member ?? names.member };
  if (isActiveDirectory(kind) || (groupFilter !== null && attributes.member !== undefined)) return given;
  if (attributes.member !== undefined) {
    const way = ways.find(({ member }) => same(member, attributes.member!));
    return { ...given, ...(way && { groupFilter: way.groupFilter }) };
  }
  if (groupFilter !== null) {
    const way = ways.find((one) => groupFilter.toLowerCase().includes(one.groupFilter.toLowerCase()));
    return { ...given, ...(way && { member: way.member }) };
  }
  for (const way of ways) if (await isThere(client, base, way)) return way;
  return given;
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Whether there is a group of this sort; paging lets the search end with the first. */
async function isThere(client: LdapClient, base: string, { groupFilter }: GroupDefaults): Promise<boolean> {
  const filter = parseFilter(groupFilter) ?? present('objectClass');
  return client.session(async (session) => {
    for await (const page of session.pages({ base, filter, attributes: ['1.1'], pageSize: 1 })) {
      if (page.length > 0) return true;
    }
    return false;
  });
}
