import type { KeyObject } from 'node:crypto';
import { requestContext } from '../platform/context/context.ts';
import type { Database } from '../platform/database/database.ts';
import { faultOf } from '../platform/database/faults.ts';
import { insertRow, insertRows } from '../platform/database/insert.ts';
import type { Writer } from '../platform/database/unit.ts';
import { CarillonError } from '../platform/errors/errors.ts';
import { faultPoint } from '../platform/fault-points/fault-points.ts';
import type { Log } from '../platform/log/log.ts';
import { type Action, type Done, type Draft, draft, peopleOf, sealed } from './draft.ts';
import { FairBuffer } from './fair-buffer.ts';
import type { PersonKeys } from './people/keys.ts';
import { TrailRecordTable } from './record.entity.ts';

export type { Action, Done } from './draft.ts';

/** Buffered records older than this are written. */
const flushMs = 500;
/** More than this many buffered refusals in one interval are counted, not kept: a flood must not fill the disk. */
const bufferSize = 2_000;
/** What one unit of work writes of the buffer, in plain records: little, so that whoever asks meanwhile is soon answered. */
const atOnce = 100;
/** One whose values are sealed takes as long as so many plain ones, most of it for a key. */
const sealedCosts = 4;
/** Who holds the records of no organisation. */
const nobody = '';

/** The record of every action: a mutation's in its own transaction, those of reads and refusals a moment later. */
export class Trail {
  /** The keys under which personal values are written. */
  readonly people: PersonKeys;
  readonly #db: Database;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  /** Refusals that have their record: one that is caught again on its way up gets no second. */
  readonly #told = new WeakSet<CarillonError>();
  readonly #buffer = new FairBuffer<Draft>(bufferSize);
  #flushed: Promise<void> = Promise.resolve();

  constructor(db: Database, log: Log, people: PersonKeys) {
    this.#db = db;
    this.#log = log;
    this.people = people;
    this.#timer = setInterval(() => void this.flush(), flushMs);
  }

  /**
   * The door of every mutation: runs `unit` and writes its one record in the same transaction. A refusal (a
   * CarillonError) undoes the unit and leaves a record of its own. On PostgreSQL `unit` may run more than once.
   * @throws what `stillMay` of the request throws, and what `unit` throws
   */
  async perform<T>(action: Action, unit: (m: Writer) => Promise<Done<T>>): Promise<T> {
    const { organisationId, accountId = null, beside = false, eventName: name } = action;
    try {
      const result = await this.#db.write(
        async (m) => {
          faultPoint('unit.begun', name);
          await requestContext().stillMay?.(m);
          const done = await unit(m);
          await this.#record(m, draft(action, done), done.isNew ? done.about : undefined);
          faultPoint('unit.recorded', name);
          return done.result;
        },
        { organisationId, accountId, beside, name },
      );
      faultPoint('unit.committed', name);
      return result;
    } catch (error) {
      if (error instanceof CarillonError) this.refused(action, error);
      throw error;
    }
  }

  /** Records that something was refused before it came to a unit of work; a refusal that has its record gets no other. */
  refused(action: Action, error: CarillonError): void {
    if (this.#told.has(error)) return;
    this.#told.add(error);
    this.#keep(draft(action, { refusal: error }));
  }

  /** Records a read that is worth a record. */
  observed(action: Action): void {
    this.#keep(draft(action, {}));
  }

  /** Everything that was buffered before this call is written when it answers; it never throws. */
  flush(): Promise<void> {
    // One after another: what an earlier flush has taken is not written yet while that one is under way.
    this.#flushed = this.#flushed.then(() => this.#write());
    return this.#flushed;
  }

  async #write(): Promise<void> {
    const { entries: batch, dropped } = this.#buffer.take();
    if (batch.length === 0) return;
    if (dropped) this.#log.warn({ dropped }, 'trail: too many refusals at once to record each');
    const kept: Draft[] = [];
    let failure: unknown;
    for (const some of slicesOf(batch)) {
      try {
        // While the database is away each try would take its time.
        if (faultOf(failure) === 'away') kept.push(...some);
        else await this.#writeSome(some);
      } catch (error) {
        failure = error;
        kept.push(...some);
      }
    }
    if (kept.length === 0) return;
    this.#log.error({ error: failure }, 'trail: could not write buffered records; they are kept');
    for (const each of kept) this.#keep(each);
  }

  /** Writes some of what was buffered in one unit of work. */
  async #writeSome(some: readonly Draft[]): Promise<void> {
    await this.#db.write(async (m) => {
      const whose = some.flatMap((each) => peopleOf(each).map((id) => [id, each.row.organisationId] as const));
      const keys = await this.people.ofMany(m, new Map(whose));
      await insertRows(
        m,
        TrailRecordTable,
        some.map((each) => sealed(each, keys)),
      );
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #record(m: Writer, entry: Draft, newPerson: string | undefined): Promise<void> {
    const keys = new Map<string, KeyObject | null>();
    for (const id of peopleOf(entry)) {
      const whose = entry.row.organisationId;
      const known = this.people.known(id);
      if (known) keys.set(id, known);
      else if (id === newPerson) keys.set(id, await this.people.forNew(m, id, whose));
      else keys.set(id, await this.people.forWriting(m, id, whose));
    }
    await insertRow(m, TrailRecordTable, sealed(entry, keys));
  }

  #keep(entry: Draft): void {
    this.#buffer.add(entry.row.organisationId ?? nobody, entry);
  }
}

function* slicesOf(all: readonly Draft[]): Generator<Draft[]> {
  let slice: Draft[] = [];
  let cost = 0;
  for (const each of all) {
    slice.push(each);
    cost += peopleOf(each).length > 0 ? sealedCosts : 1;
    if (cost < atOnce) continue;
    yield slice;
    [slice, cost] = [[], 0];
  }
  if (slice.length > 0) yield slice;
}
