import { clock } from '../platform/clock/clock.ts';
import { requestContext } from '../platform/context/context.ts';
import { chunks } from '../platform/database/chunks.ts';
import { asRow } from '../platform/database/columns.ts';
import type { Database } from '../platform/database/database.ts';
import { insertRow } from '../platform/database/insert.ts';
import type { Writer } from '../platform/database/unit.ts';
import { CarillonError } from '../platform/errors/errors.ts';
import { newId } from '../platform/ids/ids.ts';
import type { Log } from '../platform/log/log.ts';
import { type TrailRecord, TrailRecordTable } from './record.entity.ts';

/** What is done, to what: the part of a record that the request itself does not tell. */
export interface Action {
  /** The name of the API action where there is one (`AddDomain`), else in its style. */
  eventName: string;
  organisationId: string | null;
  accountId?: string | null;
  /** Whether it only reads; else the name tells. */
  readOnly?: boolean;
  /**
   * Whether others of this kind may run at the same time in the account. Without it the unit has the account (else the
   * organisation) to itself on PostgreSQL, so what it has checked holds; with it, see `Hold` of the database's door.
   */
  beside?: boolean;
  /** Lower camel case, as CloudTrail has them; never a secret. */
  requestParameters?: Record<string, unknown>;
}

/** What a unit gives when its record should show more than that it was done. */
export interface Done<T> {
  result: T;
  responseElements?: Record<string, unknown>;
  /** A better name for what happened than was known beforehand. */
  eventName?: string;
}

/** Each is a row of many columns, all of them parameters. */
const recordsPerStatement = 100;
/** Buffered records older than this are written. */
const flushMs = 500;
/** More than this many buffered refusals in one interval are counted, not kept: a flood must not fill the disk. */
const bufferSize = 2_000;

/** The record of every action: a mutation's in its own transaction, those of reads and refusals a moment later. */
export class Trail {
  readonly #db: Database;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  /** Refusals that have their record: one that is caught again on its way up gets no second. */
  readonly #told = new WeakSet<CarillonError>();
  #buffer: TrailRecord[] = [];
  #flushed: Promise<void> = Promise.resolve();
  #dropped = 0;

  constructor(db: Database, log: Log) {
    this.#db = db;
    this.#log = log;
    this.#timer = setInterval(() => void this.flush(), flushMs);
  }

  /**
   * The door of every mutation: runs `unit` and writes its one record in the same transaction. A refusal (a
   * CarillonError) undoes the unit and leaves a record of its own. On PostgreSQL `unit` may run more than once.
   */
  async perform<T>(action: Action, unit: (m: Writer) => Promise<Done<T>>): Promise<T> {
    const { organisationId, accountId = null, beside = false } = action;
    try {
      return await this.#db.write(
        async (m) => {
          const { result, responseElements = null, eventName = action.eventName } = await unit(m);
          await insertRow(m, TrailRecordTable, record(action, { responseElements, eventName }));
          return result;
        },
        { organisationId, accountId, beside },
      );
    } catch (error) {
      if (error instanceof CarillonError) this.refused(action, error);
      throw error;
    }
  }

  /** Records that something was refused before it came to a unit of work; a refusal that has its record gets no other. */
  refused(action: Action, error: CarillonError): void {
    if (this.#told.has(error)) return;
    this.#told.add(error);
    this.#keep(
      record(action, { errorCode: `${error.kind}Exception`, errorMessage: `${error.code}: ${error.message}` }),
    );
  }

  /** Records a read that is worth a record. */
  observed(action: Action): void {
    this.#keep(record(action, {}));
  }

  /** Everything that was buffered before this call is written when it answers; it never throws. */
  flush(): Promise<void> {
    // One after another: what an earlier flush has taken is not written yet while that one is under way.
    this.#flushed = this.#flushed.then(() => this.#write());
    return this.#flushed;
  }

  async #write(): Promise<void> {
    if (this.#buffer.length === 0) return;
    const batch = this.#buffer;
    this.#buffer = [];
    if (this.#dropped) this.#log.warn({ dropped: this.#dropped }, 'trail: too many refusals at once to record each');
    this.#dropped = 0;
    try {
      await this.#db.write(async (m) => {
        for (const some of chunks(batch, recordsPerStatement)) await m.insert(TrailRecordTable, asRow(some));
      });
    } catch (error) {
      this.#log.error({ error }, 'trail: could not write buffered records; they are kept');
      this.#buffer = [...batch, ...this.#buffer].slice(-bufferSize);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  #keep(entry: TrailRecord): void {
    if (this.#buffer.length < bufferSize) this.#buffer.push(entry);
    else this.#dropped++;
  }
}

/** The names of reads, as CloudTrail tells them. */
const reads = /^(Get|List|Lookup)/;

/** Most characters of JSON that one record keeps of a request. */
const mostParameters = 8_192;

function bounded(parameters: Record<string, unknown> | null): Record<string, unknown> | null {
  const characters = JSON.stringify(parameters).length;
  return characters <= mostParameters ? parameters : { tooLargeToKeep: true, characters };
}

function record(action: Action, outcome: Partial<TrailRecord>): TrailRecord {
  const context = requestContext();
  return {
    id: newId(),
    organisationId: action.organisationId,
    accountId: action.accountId ?? null,
    eventName: action.eventName,
    eventTime: clock.now(),
    readOnly: action.readOnly ?? reads.test(action.eventName),
    identity: { ...context.identity },
    requestParameters: bounded(action.requestParameters ?? (action.accountId ? { accountId: action.accountId } : null)),
    responseElements: null,
    errorCode: null,
    errorMessage: null,
    sourceIpAddress: context.clientAddress.slice(0, 64),
    userAgent: context.userAgent.slice(0, 256),
    requestId: context.requestId,
    ...outcome,
  };
}
