import type { DirectoryGroup } from './groups/apply.ts';
import type { DirectoryPerson } from './people/person.ts';
import type { Cursor } from './state/state.entity.ts';

/** What following a directory needs of it: one reader speaks to one server for the whole of a read. */
export interface DirectoryReader {
  /**
   * Where the server is in its changes; asked before a read, so that what comes meanwhile is read again.
   * @param since where it was before, if that is known: then only what is later need be looked at
   */
  position(since: Cursor | null): Promise<Cursor>;
  /** Everybody, page by page. */
  people(): AsyncIterable<DirectoryPerson[]>;
  /** Those who changed since, page by page. */
  changedPeople(since: Cursor): AsyncIterable<DirectoryPerson[]>;
  /** Of those with these guids who are there, page by page. */
  these(guids: readonly string[]): AsyncIterable<DirectoryPerson[]>;
  /** The guids of everybody, page by page, and nothing else. */
  guids(): AsyncIterable<string[]>;
  /** Which of these are there, of those that would be read. */
  existing(kind: 'user' | 'group', guids: readonly string[]): Promise<Set<string>>;
  /** The guids of the groups that changed since. */
  changedGroups(since: Cursor): Promise<string[]>;
  /** A group with its direct members, by its guid; null when it is not there. */
  group(guid: string, index: MemberIndex): Promise<{ group: DirectoryGroup; nested: string[] } | null>;
}

/** Members are named by DN: whom it means. */
export interface MemberIndex {
  /** DN → guid and kind of the people and groups that are known; what is not known is left out. */
  known(dns: readonly string[]): Promise<Map<string, { guid: string; kind: 'user' | 'group' }>>;
  /**
   * guid → kind of those of these entries that are known, wherever they were before: whoever is moved with all that is
   * around them has no change of their own. Their DNs are known from now on.
   */
  moved(found: readonly { dn: string; guid: string }[]): Promise<Map<string, 'user' | 'group'>>;
}
