import { chunks } from '../../../../platform/database/chunks.ts';
import type { Entry } from '../../client/entry.ts';
import { all, equals } from '../../client/filters.ts';
import { LdapRefusal, resultCodes } from '../../client/fault.ts';
import type { Session } from '../../client/session.ts';
import type { MemberIndex } from '../reader.ts';
import { guidOf } from './person.ts';
import type { Shape } from './shape.ts';

/** DNs that are asked about at once. */
const atOnce = 16;

/**
 * The direct members of a group that are people or groups, by their guids: those that it names, and those of whom it
 * is the primary group (Active Directory names them nowhere else).
 * @param strangers what was found of DNs that nobody knew, in this read: asked about once
 */
export async function readMembers(
  session: Session,
  shape: Shape,
  group: Entry,
  index: MemberIndex,
  strangers: Map<string, string | null>,
): Promise<{ members: string[]; nested: string[] }> {
  const dns = group.texts(shape.attributes.member);
  const known = await index.known(dns);
  const unknown = dns.filter((dn) => !known.has(dn));
  for (const some of chunks(
    unknown.filter((dn) => !strangers.has(dn)),
    atOnce,
  )) {
    await Promise.all(some.map(async (dn) => strangers.set(dn, await groupAt(session, shape, dn))));
  }
  const nested = [
    ...[...known.values()].filter(({ kind }) => kind === 'group').map(({ guid }) => guid),
    ...unknown.flatMap((dn) => strangers.get(dn) ?? []),
  ];
  const people = [...known.values()].filter(({ kind }) => kind === 'user').map(({ guid }) => guid);
  return { members: [...people, ...nested, ...(await primaryMembers(session, shape, group))], nested };
}

/** Another domain of the forest, no entry, no DN, and an entry that an access rule hides. */
const notHere: ReadonlySet<number> = new Set([
  resultCodes.referral,
  resultCodes.noSuchObject,
  resultCodes.invalidDn,
  resultCodes.insufficientAccess,
]);

/** The guid of the group with this DN; null for what is no group, is not there, or may not be seen. */
async function groupAt(session: Session, shape: Shape, dn: string): Promise<string | null> {
  try {
    const entry = await session.read(dn, [shape.attributes.guid], shape.groups);
    return entry && guidOf(entry, shape);
  } catch (error) {
    if (error instanceof LdapRefusal && notHere.has(error.code)) return null;
    throw error;
  }
}

/** People whose primaryGroupID is the last number of this group's SID (MS-ADTS 3.1.1.3.1.1). */
async function primaryMembers(session: Session, shape: Shape, group: Entry): Promise<string[]> {
  const [sid] = group.bytes('objectSid');
  if (!sid || sid.length < 12) return [];
  const rid = sid.readUInt32LE(sid.length - 4);
  const filter = all(shape.users, equals('primaryGroupID', String(rid)));
  const members: string[] = [];
  const search = { base: shape.base, filter, attributes: [shape.attributes.guid], pageSize: 1_000 };
  for await (const page of session.pages(search)) {
    members.push(...page.flatMap((entry) => guidOf(entry, shape) ?? []));
  }
  return members;
}
