import { chunks } from '../../../../platform/database/chunks.ts';
import { fold } from '../../../../platform/text/fold.ts';
import type { Entry } from '../../client/entry.ts';
import { all, any, equals, type Filter } from '../../client/filters.ts';
import { LdapRefusal, resultCodes } from '../../client/fault.ts';
import type { Session } from '../../client/session.ts';
import type { MemberIndex } from '../reader.ts';
import { guidOf } from './person.ts';
import type { Shape } from './shape.ts';

/** DNs that are asked about at once. */
const atOnce = 16;
/** User names that one search asks for. */
const namesAtOnce = 100;

/** What a DN that nobody was known by turned out to be; null: neither a person nor a group, or not to be seen. */
export type Stranger = { guid: string; kind: 'user' | 'group' } | null;

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
  strangers: Map<string, Stranger>,
): Promise<{ members: string[]; nested: string[] }> {
  if (isByName(shape)) return { members: await named(session, shape, group), nested: [] };
  const dns = group.texts(shape.attributes.member).map(withoutUid);
  const known = await index.known(dns);
  const unknown = dns.filter((dn) => !known.has(dn));
  for (const some of chunks(
    unknown.filter((dn) => !strangers.has(dn)),
    atOnce,
  )) {
    await meet(session, shape, some, index, strangers);
  }
  const everyone = [...known.values(), ...unknown.flatMap((dn) => strangers.get(dn) ?? [])];
  const of = (kind: 'user' | 'group'): string[] => everyone.filter((one) => one.kind === kind).map(({ guid }) => guid);
  const nested = of('group');
  return { members: [...of('user'), ...nested, ...(await primaryMembers(session, shape, group))], nested };
}

/** memberUid names people by their user names (RFC 2307 §3), and no groups. */
const isByName = ({ attributes }: Shape): boolean => attributes.member.toLowerCase() === 'memberuid';

/** A uniqueMember may have a bit string behind its DN (RFC 4517 §3.3.21). */
const withoutUid = (value: string): string => value.replace(/#'[01]*'B$/, '');

/** The guids of the people who have these user names; a name that several have means nobody. */
async function named(session: Session, shape: Shape, group: Entry): Promise<string[]> {
  const { base, users, attributes } = shape;
  const names = new Set(group.texts(attributes.member).map(fold));
  const byName = new Map<string, string[]>();
  for (const some of chunks([...names], namesAtOnce)) {
    const filter = all(users, any(...some.map((name) => equals(attributes.userName, name))));
    const search = { base, filter, attributes: [attributes.guid, attributes.userName], pageSize: 1_000 };
    for await (const page of session.pages(search)) {
      for (const entry of page) {
        const guid = guidOf(entry, shape);
        if (guid === null) continue;
        for (const name of new Set(entry.texts(attributes.userName).map(fold))) {
          if (names.has(name)) byName.set(name, [...(byName.get(name) ?? []), guid]);
        }
      }
    }
  }
  return [...byName.values()].flatMap((guids) => (guids.length === 1 ? guids : []));
}

/** Asks who is at these DNs. Whoever is known by their guid was moved; else the group filter says what it is. */
async function meet(
  session: Session,
  shape: Shape,
  dns: readonly string[],
  index: MemberIndex,
  strangers: Map<string, Stranger>,
): Promise<void> {
  const either = any(shape.users, shape.groups);
  const guids = await Promise.all(dns.map((dn) => guidAt(session, shape, dn, either)));
  const there = dns.flatMap((dn, i) => (guids[i] == null ? [] : [{ dn, guid: guids[i] }]));
  const moved = await index.moved(there);
  const met = await Promise.all(
    there.map(async ({ dn, guid }) => {
      const kind = moved.get(guid) ?? ((await guidAt(session, shape, dn, shape.groups)) === guid ? 'group' : 'user');
      return { dn, guid, kind };
    }),
  );
  // All in one turn: other groups are read beside this one, and to them nobody is a stranger who is not yet asked about.
  for (const dn of dns) strangers.set(dn, null);
  for (const { dn, guid, kind } of met) strangers.set(dn, { guid, kind });
}

/** Another domain of the forest, no entry, no DN, and an entry that an access rule hides. */
const notHere: ReadonlySet<number> = new Set([
  resultCodes.referral,
  resultCodes.noSuchObject,
  resultCodes.invalidDn,
  resultCodes.insufficientAccess,
]);

/** The guid of the entry with this DN; null for what the filter does not take, is not there, or may not be seen. */
async function guidAt(session: Session, shape: Shape, dn: string, filter: Filter): Promise<string | null> {
  try {
    const entry = await session.read(dn, [shape.attributes.guid], filter);
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
