import { clock } from '../../platform/clock/clock.ts';
import { insertRows } from '../../platform/database/insert.ts';
import { firstRow, later, rows } from '../../platform/database/run.ts';
import { isOneOf, list, Sql, sql } from '../../platform/database/sql.ts';
import type { Writer } from '../../platform/database/unit.ts';
import { faultPoint } from '../../platform/fault-points/fault-points.ts';
import { CarillonError } from '../../platform/errors/errors.ts';
import type { Ground } from '../ground.ts';
import { type ChainEntry, ChainEntryTable, ChainTable } from './chain.entity.ts';
import {
  chainOf,
  entryHash,
  proofOf,
  recordDigest,
  requireHead,
  type StoredRecord,
  storedColumns,
  takeTurn,
  version,
} from './chain.ts';

/** Records that one unit of work chains: few, so that no writer waits long. */
const batchSize = 100;
/** In the text: by a limit that is bound SQLite compiles a statement anew at each run. */
const batchLimit = new Sql([String(batchSize)], []);
/** How long one turn goes on: after an outage the rest waits for the next. */
const turnMs = 1_000;

type Sealing = Pick<Ground, 'db' | 'seal' | 'log'>;

/** Chains what is committed and not chained yet; found by its state, in whatever order it was committed. */
export class Sealer {
  readonly #ground: Sealing;
  /** Chains whose head was altered: said once, and left as they are until somebody has looked. */
  readonly #refused = new Set<string>();

  constructor(ground: Sealing) {
    this.#ground = ground;
  }

  /** Seals what waits, for a second at most. @returns how many records */
  async turn(): Promise<number> {
    const ends = performance.now() + turnMs;
    let all = 0;
    while (performance.now() < ends) {
      const sealed = await this.#batch();
      all += sealed;
      if (sealed < batchSize) break;
    }
    return all;
  }

  async #batch(): Promise<number> {
    const { db } = this.#ground;
    // Most looks find nothing: they cost no transaction.
    if (!(await firstRow(db.read, sql`SELECT "id" FROM "trail_records" r WHERE ${this.#waiting()} LIMIT 1`))) return 0;
    try {
      return await db.write((m) => this.#sealSome(m));
    } catch (error) {
      if (!(error instanceof CarillonError) || error.code !== 'trail.headAltered') throw error;
      const chainId = error.detail?.split(':')[0] ?? '';
      this.#refused.add(chainId);
      this.#ground.log.error({ error, chain: chainId }, 'trail: a chain was altered; its new records wait unsealed');
      return this.#batch();
    }
  }

  async #sealSome(m: Writer): Promise<number> {
    await takeTurn(m);
    const found = await rows<StoredRecord>(
      m,
      sql`SELECT ${storedColumns('r')} FROM "trail_records" r WHERE ${this.#waiting()}
          ORDER BY r."id" LIMIT ${batchLimit}`,
    );
    const chains = Map.groupBy(found, ({ organisationId }) => chainOf(organisationId));
    for (const [chainId, records] of chains) await this.#append(m, chainId, records);
    return found.length;
  }

  async #append(m: Writer, chainId: string, records: readonly StoredRecord[]): Promise<void> {
    const { seal } = this.#ground;
    const head = await requireHead(m, seal, chainId);
    let { position, hash } = head;
    const entries: ChainEntry[] = [];
    for (const record of records) {
      const entry = {
        chainId,
        position: ++position,
        version,
        recordId: record.id,
        eventName: record.eventName,
        eventTime: Number(record.eventTime),
        digest: recordDigest(record),
      };
      hash = entryHash(entry, hash);
      entries.push({ ...entry, hash });
    }
    await insertRows(m, ChainEntryTable, entries);
    const ids = isOneOf(records.map(({ id }) => id));
    await later(
      m,
      sql`UPDATE "trail_records" SET "position" = (SELECT c."position" FROM "trail_chain" c
            WHERE c."recordId" = "trail_records"."id") WHERE "id" ${ids}`,
    );
    faultPoint('seal.chained', chainId);
    const ends = { position, hash, proof: proofOf(seal, chainId, { position, hash }) };
    if (head.isNew) await m.insert(ChainTable, { id: chainId, ...ends, createdAt: clock.now() });
    else await m.update(ChainTable, { id: chainId }, ends);
  }

  #waiting() {
    const refused = [...this.#refused];
    return refused.length === 0
      ? sql`r."position" IS NULL`
      : sql`r."position" IS NULL AND COALESCE(r."organisationId", 'installation') NOT IN (${list(refused)})`;
  }
}
