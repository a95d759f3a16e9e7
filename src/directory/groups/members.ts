import { markAccountChanged } from '../../accounts/accounts/changed.ts';
import { breathe } from '../../platform/database/breathe.ts';
import { chunks, chunkSize } from '../../platform/database/chunks.ts';
import { lockRows } from '../../platform/database/lock.ts';
import { isOneOf, type Sql, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import type { Ground } from '../../trail/ground.ts';
import { markChanged, putOutWithoutRight } from '../../users/lifecycle/out.ts';
import {
  type Member,
  memberIdsAfter,
  memberIdsAmong,
  type Pair,
  putIn,
  putInMany,
  requireFewNested,
  sliceSize,
  takeOut,
  takeSome,
} from './member-sets.ts';
import { Moved } from './moved.ts';
import type { DirectoryScope } from './scope.ts';

/**
 * What one unit of work does to a group's members, the group's row being locked: sets of rows that come and go, one
 * statement a slice. Who loses the last right by it is judged once, by `settle`: somebody who is taken out and put in
 * again by one request never was out.
 */
export class MemberChange {
  readonly #ground: Ground;
  readonly #m: Writer;
  readonly #scope: DirectoryScope;
  readonly #groupId: string;
  /** People who came or went. */
  readonly #people = new Set<string>();
  readonly #gone = new Set<string>();
  /** Who came and who went, in the order of what was asked. */
  readonly moved = new Moved();
  #nestedCame = false;
  #nestedGone = false;

  constructor(ground: Ground, m: Writer, scope: DirectoryScope, groupId: string) {
    this.#ground = ground;
    this.#m = m;
    this.#scope = scope;
    this.#groupId = groupId;
  }

  /**
   * Adds members; those who are in already stay as they are.
   * @throws group.memberUnknown when an id is not of this connection: the unit of work must not be committed then
   */
  async add(ids: readonly string[]): Promise<void> {
    const wanted = [...new Set(ids)];
    await this.#hold(wanted); // nobody of them is deleted meanwhile
    await this.#putIn(wanted);
  }

  /** Takes members out, by their ids; ids that are no members, or none of this type, are passed over. */
  async remove(ids: readonly string[], type?: Member['memberType']): Promise<void> {
    await this.#hold(ids); // of two groups that somebody leaves at once, the second sees that it was the last
    await this.#takeOut(ids, type);
  }

  /** Takes those out who are found. @param who the members `m` of the group whom it is about, for FROM */
  async removeFound(who: Sql): Promise<void> {
    const found: string[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const here: string[] = await memberIdsAfter(this.#m, this.#groupId, after);
      const last = here.at(-1);
      if (last !== undefined) found.push(...(await memberIdsAmong(this.#m, who, after, last)));
      after = here.length === sliceSize ? last : undefined;
      if (after !== undefined) await breathe(this.#m);
    }
    await this.remove(found);
  }

  /** Takes every member out. */
  async clear(): Promise<void> {
    await this.#ground.db.alone(this.#scope.accountId); // who they are is known only when they are out
    for (let more = true; more;) {
      const gone = await takeSome(this.#m, this.#groupId);
      this.#went(gone);
      more = gone.length === sliceSize;
      if (more) await breathe(this.#m);
    }
  }

  /** Makes exactly these the members. @throws what `add` throws */
  async replace(ids: readonly string[]): Promise<void> {
    if (ids.length > chunkSize) await this.#ground.db.alone(this.#scope.accountId);
    const missing = new Set(ids);
    const wanted = new Set(ids);
    const surplus: string[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const here: string[] = await memberIdsAfter(this.#m, this.#groupId, after);
      for (const id of here) if (!missing.delete(id) && !wanted.has(id)) surplus.push(id);
      after = here.length === sliceSize ? here.at(-1) : undefined;
      if (after !== undefined) await breathe(this.#m);
    }
    await this.#hold([...missing, ...surplus]);
    await this.#takeOut(surplus);
    await this.#putIn([...missing]);
  }

  /** Tells whose rights must be read again, and puts out who has none left. @throws group.tooManyNested */
  async settle(): Promise<void> {
    const nested = this.#nestedCame || this.#nestedGone;
    if (this.#nestedCame) await requireFewNested(this.#m, this.#scope);
    // Few people are named one by one; many, or a nested group, are told as their whole account.
    if (nested || this.#people.size > chunkSize) await markAccountChanged(this.#ground, this.#m, this.#scope.accountId);
    else await markChanged(this.#ground, this.#m, [...this.#people]);
    await this.judge();
  }

  /** Puts those out who have no right left: of those who went, or with a nested group of the whole account. */
  async judge(): Promise<void> {
    if (this.#nestedGone) {
      await putOutWithoutRight(this.#ground, this.#m, this.#scope, 'group');
      return;
    }
    for (const some of chunks([...this.#gone], sliceSize)) {
      await putOutWithoutRight(this.#ground, this.#m, this.#scope, 'group', sql`u."id" ${isOneOf(some)}`);
      if (some.length === sliceSize) await breathe(this.#m);
    }
  }

  /** Locks these people, or with many of them the account. */
  async #hold(ids: readonly string[]): Promise<void> {
    if (ids.length > chunkSize) await this.#ground.db.alone(this.#scope.accountId);
    else await lockRows(this.#m, 'users', ids);
  }

  async #putIn(ids: readonly string[]): Promise<void> {
    for (const some of chunks(ids, sliceSize)) {
      const came = await putIn(this.#m, this.#scope, this.#groupId, some);
      this.moved.came(came);
      for (const { memberId, memberType } of came) {
        if (memberType === 'Group') this.#nestedCame = true;
        else this.#people.add(memberId);
      }
      if (some.length === sliceSize) await breathe(this.#m);
    }
  }

  async #takeOut(ids: readonly string[], type?: Member['memberType']): Promise<void> {
    for (const some of chunks(ids, sliceSize)) {
      this.#went(await takeOut(this.#m, this.#groupId, some, type));
      if (some.length === sliceSize) await breathe(this.#m);
    }
  }

  #went(members: readonly Member[]): void {
    this.moved.went(members);
    for (const { memberId, memberType } of members) {
      if (memberType === 'Group') this.#nestedGone = true;
      else {
        this.#people.add(memberId);
        this.#gone.add(memberId);
      }
    }
  }
}

/** A change by itself, in the unit of work of whoever asks for it; gives who came and who went. */
type Change = (
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  groupId: string,
  ids: readonly string[],
) => Promise<Moved>;

const byItself =
  (kind: 'add' | 'remove' | 'replace'): Change =>
  async (ground, m, scope, groupId, ids) => {
    const change = new MemberChange(ground, m, scope, groupId);
    await change[kind](ids);
    await change.settle();
    return change.moved;
  };

/** @throws group.memberUnknown, group.tooManyNested; nothing may be committed then */
export const addMembers: Change = byItself('add');
export const removeMembers: Change = byItself('remove');
/** @throws group.memberUnknown, group.tooManyNested; nothing may be committed then */
export const replaceMembers: Change = byItself('replace');

/**
 * Adds members to several groups of one connection, in a few statements for all of them. The unit has the account to itself.
 * Whoever is nobody by now is passed over. @throws group.tooManyNested; nothing may be committed then
 */
export async function addToMany(
  ground: Ground,
  m: Writer,
  scope: DirectoryScope,
  pairs: readonly Pair[],
): Promise<void> {
  await ground.db.alone(scope.accountId);
  const people = new Set<string>();
  let nested = false;
  for (const some of chunks(pairs, sliceSize)) {
    for (const { memberId, memberType } of await putInMany(m, scope, some)) {
      if (memberType === 'Group') nested = true;
      else people.add(memberId);
    }
    if (some.length === sliceSize) await breathe(m);
  }
  if (nested) await requireFewNested(m, scope);
  // Few people are named one by one; many, or a nested group, are told as their whole account.
  if (nested || people.size > chunkSize) await markAccountChanged(ground, m, scope.accountId);
  else await markChanged(ground, m, [...people]);
}
