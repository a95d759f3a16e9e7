import { chunks } from '../../../../platform/database/chunks.ts';
import type { Entry } from '../../client/entry.ts';
import { all, any, atLeast, equals, type Filter } from '../../client/filters.ts';
import { LdapRefusal, resultCodes } from '../../client/fault.ts';
import { readRootDse, suffixOf } from '../../client/root-dse.ts';
import type { Session } from '../../client/session.ts';
import { guidText } from '../../ids.ts';
import { cleaned } from '../../text.ts';
import type { DirectoryPerson } from '../people/person.ts';
import type { DirectoryReader, MemberIndex } from '../reader.ts';
import type { Cursor } from '../state/state.entity.ts';
import { changedSince, csnsOf } from './context-csn.ts';
import { readMembers, type Stranger } from './members.ts';
import { guidOf, guidValue, personAttributes, readPerson } from './person.ts';
import type { Shape } from './shape.ts';
import { fromGeneralizedTime, generalizedTime } from './times.ts';

/** Entries a page: Windows gives 1,000 at most. */
const pageSize = 1_000;
/** Guids that one search asks for. */
const guidsAtOnce = 100;
/** Stamps are in whole seconds, and an entry can be written a moment later than it is stamped. */
const grainMs = 1_000;
/** Where no entry shows when it was changed, before every change. */
const unstamped = 0;

/** What was changed since an entry that was stamped then, and within the same grain before it. */
const stampedSince = (position: string): Filter =>
  atLeast('modifyTimestamp', generalizedTime((fromGeneralizedTime(position) ?? grainMs) - grainMs));

/** Classes of groups that have a member at all times (RFC 4519 §3.5, §3.6), and the attribute that names it. */
const neverEmpty: Record<string, string> = { groupofnames: 'member', groupofuniquenames: 'uniquemember' };

/** @throws LdapRefusal for a group whose members may not be read: it only looks as if it had none */
function requireMembers(entry: Entry, member: string): void {
  const named = member.toLowerCase();
  if (entry.names.includes(named)) return;
  if (!entry.texts('objectClass').some((name) => neverEmpty[name.toLowerCase()] === named)) return;
  throw new LdapRefusal('group', resultCodes.insufficientAccess, 'it has members, and does not show them');
}

/** A reader over one session: one connection to one server. */
export class SessionReader implements DirectoryReader {
  readonly #session: Session;
  readonly #shape: Shape;
  /** What was at DNs that nobody was known by; for this read. */
  readonly #strangers = new Map<string, Stranger>();
  /** The contextCSN as it was asked for last. */
  #context: string | null = null;

  constructor(session: Session, shape: Shape) {
    this.#session = session;
    this.#shape = shape;
  }

  async position(since: Cursor | null): Promise<Cursor> {
    const { dsServiceName, highestCommittedUsn } = await readRootDse(this.#session);
    if (this.#shape.changes === 'usn' && highestCommittedUsn !== null) {
      const server = await this.#serverOf(dsServiceName);
      return { server, position: highestCommittedUsn, context: highestCommittedUsn };
    }
    const context = await this.#contextCsn();
    // Its time is that of the last change; a second less, since others may have been written within it.
    this.#context = context;
    const times = [...csnsOf(context).values()].map(({ ms }) => ms);
    const { server } = this.#session;
    if (times.length === 0) return { server, position: generalizedTime(await this.#lastStamp(since)), context };
    return { server, position: generalizedTime(Math.max(...times) - grainMs), context };
  }

  async *people(): AsyncGenerator<DirectoryPerson[]> {
    yield* this.#peopleThat(this.#shape.users);
  }

  async *changedPeople(since: Cursor): AsyncGenerator<DirectoryPerson[]> {
    yield* this.#peopleThat(all(this.#shape.users, this.#changedSince(since)));
  }

  async *these(guids: readonly string[]): AsyncGenerator<DirectoryPerson[]> {
    for (const some of chunks(guids, guidsAtOnce)) yield* this.#peopleThat(all(this.#shape.users, this.#named(some)));
  }

  async *guids(): AsyncGenerator<string[]> {
    const { base, users, attributes } = this.#shape;
    for await (const page of this.#session.pages({ base, filter: users, attributes: [attributes.guid], pageSize })) {
      yield page.flatMap((entry) => guidOf(entry, this.#shape) ?? []);
    }
  }

  async existing(kind: 'user' | 'group', guids: readonly string[]): Promise<Set<string>> {
    const { base, users, groups, attributes } = this.#shape;
    const found = new Set<string>();
    for (const some of chunks(guids, guidsAtOnce)) {
      const filter = all(kind === 'user' ? users : groups, this.#named(some));
      for (const entry of await this.#session.search({ base, filter, attributes: [attributes.guid], pageSize })) {
        const guid = guidOf(entry, this.#shape);
        if (guid !== null) found.add(guid);
      }
    }
    return found;
  }

  async changedGroups(since: Cursor): Promise<string[]> {
    const { base, groups, attributes } = this.#shape;
    const filter = all(groups, this.#changedSince(since));
    const found = await this.#session.search({ base, filter, attributes: [attributes.guid], pageSize });
    return found.flatMap((entry) => guidOf(entry, this.#shape) ?? []);
  }

  async group(guid: string, index: MemberIndex): ReturnType<DirectoryReader['group']> {
    const { base, groups, attributes } = this.#shape;
    const filter = all(groups, equals(attributes.guid, guidValue(guid, this.#shape)));
    const wanted = [attributes.guid, attributes.groupName, attributes.member, 'objectSid', 'objectClass'];
    const [entry] = await this.#session.search({ base, filter, attributes: wanted });
    if (!entry) return null;
    requireMembers(entry, attributes.member);
    const { members, nested } = await readMembers(this.#session, this.#shape, entry, index, this.#strangers);
    const name = cleaned(entry.text(attributes.groupName) ?? '') || cleaned(entry.dn);
    return { group: { guid, dn: entry.dn, name, members: [...new Set(members)] }, nested };
  }

  #named(guids: readonly string[]): Filter {
    return any(...guids.map((guid) => equals(this.#shape.attributes.guid, guidValue(guid, this.#shape))));
  }

  async *#peopleThat(filter: Filter): AsyncGenerator<DirectoryPerson[]> {
    const attributes = personAttributes(this.#shape);
    for await (const page of this.#session.pages({ base: this.#shape.base, filter, attributes, pageSize })) {
      yield page.flatMap((entry: Entry) => readPerson(entry, this.#shape) ?? []);
    }
  }

  #changedSince({ position, context }: Cursor): Filter {
    // The same number again is read again: it was the last that was seen, or is the next one.
    if (this.#shape.changes === 'usn') return atLeast('uSNChanged', position);
    if (context === null) return stampedSince(position);
    return atLeast('modifyTimestamp', changedSince(context, this.#context) ?? position);
  }

  /**
   * The last modifyTimestamp of a person or a group, where the directory says no otherwise how far it has come: its own
   * stamps, since our clock may be another. Asked before a read, so that none of what comes meanwhile is missed.
   */
  async #lastStamp(since: Cursor | null): Promise<number> {
    const { server, position, context } = since ?? {};
    const isOurs = position !== undefined && server === this.#session.server && context === null;
    const later = isOurs ? await this.#highest(stampedSince(position)) : null;
    // The entry that was changed last was deleted, or the directory was restored: then from the beginning.
    return later ?? (await this.#highest(null)) ?? unstamped;
  }

  async #highest(among: Filter | null): Promise<number | null> {
    const { base, users, groups } = this.#shape;
    const either = any(users, groups);
    const filter = among ? all(either, among) : either;
    let highest: number | null = null;
    for await (const page of this.#session.pages({ base, filter, attributes: ['modifyTimestamp'], pageSize })) {
      for (const entry of page) {
        const stamp = fromGeneralizedTime(entry.text('modifyTimestamp'));
        if (stamp !== null && stamp > (highest ?? -1)) highest = stamp;
      }
    }
    return highest;
  }

  /** Its DSA object, and the invocation of its database: a restored one counts anew under another (MS-ADTS 3.1.1.1.9). */
  async #serverOf(dsServiceName: string | null): Promise<string> {
    if (dsServiceName === null) return this.#session.server;
    try {
      const dsa = await this.#session.read(dsServiceName, ['invocationId']);
      const [invocation] = dsa?.bytes('invocationId') ?? [];
      return invocation?.length === 16 ? `${dsServiceName} ${guidText(invocation)}` : dsServiceName;
    } catch (error) {
      if (error instanceof LdapRefusal) return dsServiceName; // what the service account may not see
      throw error;
    }
  }

  /** How far the directory has come, where it says so (RFC 4533 §2, kept in the entry of the suffix). */
  async #contextCsn(): Promise<string | null> {
    const { namingContexts } = await readRootDse(this.#session);
    const suffix = suffixOf(this.#shape.base, namingContexts);
    const entry = suffix === null ? null : await this.#session.read(suffix, ['contextCSN']);
    const values = entry?.texts('contextCSN').toSorted() ?? [];
    return values.length === 0 ? null : values.join(' ');
  }
}
