/** How many of those who came or went are named; the rest is counted. */
const mostNamed = 50;

/** Who came into a group and who went. */
export interface Movement {
  added: number;
  removed: number;
  /** The first of them. */
  addedIds: string[];
  removedIds: string[];
}

/** Who came into a group and who went, as a change has found it: how many, and the ids of the first of them. */
export class Moved {
  added = 0;
  removed = 0;
  readonly addedIds: string[] = [];
  readonly removedIds: string[] = [];

  came(members: readonly { memberId: string }[]): this {
    this.added += members.length;
    name(this.addedIds, members);
    return this;
  }

  went(members: readonly { memberId: string }[]): this {
    this.removed += members.length;
    name(this.removedIds, members);
    return this;
  }

  /** The same as plain data. */
  toJSON(): Movement {
    const { added, removed, addedIds, removedIds } = this;
    return { added, removed, addedIds, removedIds };
  }

  /** The same with what another change did after it. */
  and(other: Moved): this {
    this.added += other.added;
    this.removed += other.removed;
    this.addedIds.push(...other.addedIds.slice(0, mostNamed - this.addedIds.length));
    this.removedIds.push(...other.removedIds.slice(0, mostNamed - this.removedIds.length));
    return this;
  }
}

function name(ids: string[], members: readonly { memberId: string }[]): void {
  for (const { memberId } of members.slice(0, mostNamed - ids.length)) ids.push(memberId);
}
