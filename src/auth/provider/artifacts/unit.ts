import { AsyncLocalStorage } from 'node:async_hooks';
import type { Writer } from '../../../platform/database/unit.ts';
import type { Ground } from '../../../trail/ground.ts';
import type { Action } from '../../../trail/trail.ts';
import type { SignedIn } from '../../web.ts';
import type { Outbox } from '../../../platform/outbox/outbox.ts';
import type { Artifact } from './artifact.entity.ts';
import { artifactId } from './ids.ts';
import { announceEnded, isRememberedKind } from './remembered.ts';
import { consumeArtifact, holdGrant, removeArtifact, removeGrant, writeArtifact } from './rows.ts';

/** Something that may be used once was used by another request in the same moment. */
export class UsedAlready extends Error {
  readonly grantId: string | null;

  constructor(grantId: string | null) {
    super('used already');
    this.grantId = grantId;
  }
}

/**
 * What one request changes: kept until its answer is made, then written in one unit of work, with one record at most.
 * So a code and the tokens that it is exchanged for are used up and made together, or not at all.
 */
export class ProviderUnit {
  /** Whose browser it is, as our own session check says. */
  who: SignedIn | null = null;
  /** What the trail is to say; nothing for what is not worth a record. */
  action: Action | null = null;
  readonly writes = new Map<string, Artifact>();
  readonly removed = new Set<string>();
  /** Those of them that other requests may remember. */
  readonly ended = new Set<string>();
  readonly revoked = new Set<string>();
  readonly consumed = new Map<string, string | null>();
  /** What belongs to the same unit of work. */
  readonly also: ((m: Writer) => Promise<void>)[] = [];

  get isEmpty(): boolean {
    return (
      this.action === null &&
      [this.writes, this.removed, this.revoked, this.consumed].every(({ size }) => size === 0) &&
      this.also.length === 0
    );
  }

  write(row: Artifact): void {
    this.removed.delete(row.id);
    this.writes.set(row.id, row);
  }

  remove(id: string, model: string): void {
    this.writes.delete(id);
    this.removed.add(id);
    if (isRememberedKind(model)) this.ended.add(id);
  }

  revoke(grantId: string): void {
    for (const [id, row] of this.writes) if (row.grantId === grantId) this.writes.delete(id);
    this.writes.delete(artifactId('Grant', grantId));
    this.revoked.add(grantId);
  }

  /** @throws UsedAlready, when nothing of it was written */
  async apply(outbox: Outbox, m: Writer, merged: (m: Writer, row: Artifact) => Promise<Artifact>): Promise<void> {
    for (const grantId of this.#grants()) if (!(await holdGrant(m, grantId))) throw new UsedAlready(grantId);
    for (const [id, grantId] of this.consumed) if (!(await consumeArtifact(m, id))) throw new UsedAlready(grantId);
    for (const grantId of this.revoked) await removeGrant(outbox, m, grantId);
    for (const id of this.removed) await removeArtifact(m, id);
    announceEnded(outbox, [...this.ended]);
    for (const row of grantsFirst(this.writes.values())) await writeArtifact(m, await merged(m, row));
    for (const work of this.also) await work(m);
  }

  /** The grants that this unit adds to or takes from, in one order everywhere; not those that it makes or ends. */
  #grants(): string[] {
    const used = [...this.consumed.values(), ...[...this.writes.values()].map(({ grantId }) => grantId)];
    const there = used.filter(
      (grantId): grantId is string =>
        grantId !== null && !this.revoked.has(grantId) && !this.writes.has(artifactId('Grant', grantId)),
    );
    return [...new Set(there)].toSorted();
  }
}

/** What hangs off a grant takes its birth over from there. */
const grantsFirst = (all: Iterable<Artifact>): Artifact[] =>
  [...all].sort((one, other) => Number(other.model === 'Grant') - Number(one.model === 'Grant'));

const current = new AsyncLocalStorage<ProviderUnit>();

export const currentUnit = (): ProviderUnit | undefined => current.getStore();

/**
 * Runs `work` and then writes what it has changed; in a unit that is open already it only joins.
 * @param merged what is written of a row, given what is there
 * @throws UsedAlready, and whatever `work` throws: nothing is written then
 */
export async function inUnit<T>(
  ground: Ground,
  merged: (m: Writer, row: Artifact) => Promise<Artifact>,
  work: (unit: ProviderUnit) => Promise<T>,
): Promise<T> {
  const open = currentUnit();
  if (open) return work(open);
  const unit = new ProviderUnit();
  const result = await current.run(unit, () => work(unit));
  if (unit.isEmpty) return result;
  const apply = (m: Writer): Promise<void> => unit.apply(ground.outbox, m, merged);
  if (unit.action) {
    await ground.trail.perform(unit.action, async (m) => {
      await apply(m);
      return { result: undefined };
    });
  } else await ground.db.write(apply);
  return result;
}
