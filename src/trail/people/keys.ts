import { createSecretKey, KeyObject } from 'node:crypto';
import { clock } from '../../platform/clock/clock.ts';
import { chunks } from '../../platform/database/chunks.ts';
import type { Database } from '../../platform/database/database.ts';
import { changed, later, rows } from '../../platform/database/run.ts';
import { type Column, list, sql, tableOf } from '../../platform/database/sql.ts';
import type { Reader, Writer } from '../../platform/database/unit.ts';
import { freshBytes } from '../../platform/secrets/random.ts';
import { placeIn } from '../../platform/secrets/sealed.ts';
import { personKeySecret } from './key.entity.ts';
import { Remembered } from './remembered.ts';
import type { Seal, SealPlace } from '../../platform/secrets/seal.ts';

const keyBytes = 32;
const dayMs = 86_400_000;

/** Where a person's key is sealed. */
export const personKeyPlace = (personId: string): SealPlace => placeIn(personKeySecret, personId);

/** Whose key seals values of nobody known: an organisation's of one day, which ends by itself. */
export const nobodyOf = (organisationId: string | null, at: number): string =>
  `unknown:${organisationId ?? 'installation'}:${new Date(at).toISOString().slice(0, 10)}`;

const isNobody = (personId: string): boolean => personId.startsWith('unknown:');

/** The keys under which records are written: at most one statement for a person not seen lately, else none. */
export class PersonKeys {
  readonly #db: Database;
  readonly #seal: Seal;
  readonly #nobodyDays: number;
  readonly #remembered = new Remembered();

  /** @param nobodyDays how long values of nobody known are kept */
  constructor(db: Database, seal: Seal, nobodyDays: number) {
    this.#db = db;
    this.#seal = seal;
    this.#nobodyDays = nobodyDays;
  }

  /** The key of a person who is made in this unit: nobody can have made one for them. */
  async forNew(m: Writer, personId: string, organisationId: string | null): Promise<KeyObject> {
    const now = clock.now();
    const { fresh, made } = this.#make(personId);
    await later(
      m,
      sql`INSERT INTO "trail_person_keys" ("personId", "organisationId", "sealedKey", "createdAt")
          VALUES (${personId}, ${organisationId}, ${made}, ${now})`,
    );
    this.#db.afterCommit(() => this.#remembered.add(personId, fresh, now));
    return fresh;
  }

  /** The keys of many people, as `forWriting` gives each: those that are there are read together. */
  async ofMany(m: Writer, people: ReadonlyMap<string, string | null>): Promise<ReadonlyMap<string, KeyObject | null>> {
    const now = clock.now();
    const keys = new Map<string, KeyObject | null>();
    for (const id of people.keys()) {
      const key = this.#remembered.get(id, now);
      if (key) keys.set(id, key);
    }
    for (const [id, found] of await foundKeys(
      m,
      this.#seal,
      [...people.keys()].filter((each) => !keys.has(each)),
    )) {
      const key = found instanceof KeyObject ? found : null;
      keys.set(id, key);
      if (key) this.#db.afterCommit(() => this.#remembered.add(id, key, now));
    }
    const missing = [...people].filter(([id]) => !keys.has(id)).toSorted(([one], [other]) => (one < other ? -1 : 1));
    for (const [id, key] of await this.#makeAll(m, missing, now)) keys.set(id, key);
    // Somebody else has made theirs meanwhile, or it was destroyed.
    const raced = missing.filter(([id]) => !keys.has(id));
    await Promise.all(raced.map(async ([id, whose]) => keys.set(id, await this.forWriting(m, id, whose))));
    return keys;
  }

  /** The key of a person if it is in memory: then `forWriting` has nothing to ask. */
  known(personId: string): KeyObject | undefined {
    return this.#remembered.get(personId, clock.now());
  }

  /** The key of a person, made at their first record; null when it is no more: nothing personal is kept then. */
  async forWriting(m: Writer, personId: string, organisationId: string | null): Promise<KeyObject | null> {
    const now = clock.now();
    const known = this.#remembered.get(personId, now);
    if (known) return known;
    // Most have one, and to read it is less work than to make one that is not wanted, and a row that stays as it is.
    const [found] = await foundKeys(m, this.#seal, [personId]);
    const key = found ? found[1] : await this.#first(m, personId, organisationId, now);
    if (!(key instanceof KeyObject)) return null; // an altered key must not keep anybody from being put out
    this.#db.afterCommit(() => this.#remembered.add(personId, key, now)); // a key that is rolled back never was
    return key;
  }

  /** Makes the key of a person who had none, unless somebody else has just made it. */
  async #first(m: Writer, personId: string, organisationId: string | null, now: number): Promise<FoundKey> {
    const { fresh, made } = this.#make(personId);
    await this.#db.durably(); // it is remembered, and records that outlive it could be read by nobody
    // The update of nothing is what makes the engines give the row that is there.
    const [row] = await changed<{ sealedKey: string | null }>(
      m,
      sql`INSERT INTO "trail_person_keys" ("personId", "organisationId", "sealedKey", "createdAt", "expiresAt")
          VALUES (${personId}, ${organisationId}, ${made}, ${now}, ${this.#endOf(personId, now)})
          ON CONFLICT ("personId") DO UPDATE SET "personId" = excluded."personId" RETURNING "sealedKey"`,
    );
    const stored = row?.sealedKey ?? null;
    return stored === made ? fresh : opened(this.#seal, { personId, sealedKey: stored, erasedAt: now });
  }

  /** Makes the keys of people who have none, in one statement; of whoever has one by now nothing is given. */
  async #makeAll(
    m: Writer,
    people: readonly (readonly [id: string, organisationId: string | null])[],
    now: number,
  ): Promise<Map<string, KeyObject>> {
    const all = new Map<string, KeyObject>();
    if (people.length > 0) await this.#db.durably();
    for (const some of chunks(people)) {
      const made = some.map(([id]) => this.#make(id));
      const columns: Column[] = [
        { name: 'personId', kind: 'text', values: some.map(([id]) => id) },
        { name: 'organisationId', kind: 'text', values: some.map(([, whose]) => whose) },
        { name: 'sealedKey', kind: 'text', values: made.map((each) => each.made) },
        { name: 'createdAt', kind: 'bigint', values: some.map(() => now) },
        { name: 'expiresAt', kind: 'bigint', values: some.map(([id]) => this.#endOf(id, now)) },
      ];
      const stored = await changed<{ personId: string }>(
        m,
        sql`INSERT INTO "trail_person_keys" ("personId", "organisationId", "sealedKey", "createdAt", "expiresAt")
            SELECT * FROM (${tableOf(columns)}) w WHERE TRUE
            ON CONFLICT ("personId") DO NOTHING RETURNING "personId"`,
      );
      const fresh = new Map(some.map(([id], i) => [id, made[i]!.fresh]));
      for (const { personId } of stored) all.set(personId, fresh.get(personId)!);
    }
    this.#db.afterCommit(() => all.forEach((key, id) => this.#remembered.add(id, key, now)));
    return all;
  }

  /** To be called in the unit that destroys a key. */
  forget(personId: string): void {
    this.#remembered.forget(personId, clock.now());
    this.#db.afterCommit(() => this.#remembered.forget(personId, clock.now()));
  }

  /** When a key is destroyed by itself. */
  #endOf(personId: string, now: number): number | null {
    return isNobody(personId) ? now + this.#nobodyDays * dayMs : null;
  }

  #make(personId: string): { fresh: KeyObject; made: string } {
    const bytes = freshBytes(keyBytes);
    const made = this.#seal.seal(bytes.toString('base64url'), personKeyPlace(personId));
    const fresh = createSecretKey(bytes);
    bytes.fill(0); // what holds the key from here on is outside of JavaScript's memory
    return { fresh, made };
  }
}

/** A key as it is found: destroyed on purpose, or gone or altered without anybody having said so. */
export type FoundKey = KeyObject | 'erased' | 'lost';

/** The keys for reading, one for each person, asked anew each time so that an erasure counts at once everywhere. */
export async function keysForReading(
  on: Reader,
  seal: Seal,
  people: Iterable<string>,
): Promise<ReadonlyMap<string, FoundKey>> {
  const wanted = [...new Set(people)];
  return new Map<string, FoundKey>([
    ...wanted.map((person) => [person, 'lost'] as const),
    ...(await foundKeys(on, seal, wanted)),
  ]);
}

async function foundKeys(on: Reader, seal: Seal, people: readonly string[]): Promise<[string, FoundKey][]> {
  const keys: [string, FoundKey][] = [];
  for (const some of chunks(people)) {
    const found = await rows<StoredKey>(
      on,
      sql`SELECT "personId", "sealedKey", "erasedAt" FROM "trail_person_keys" WHERE "personId" IN (${list(some)})`,
    );
    for (const stored of found) keys.push([stored.personId, opened(seal, stored)]);
  }
  return keys;
}

interface StoredKey {
  personId: string;
  sealedKey: string | null;
  erasedAt: string | number | null;
}

function opened(seal: Seal, { personId, sealedKey, erasedAt }: StoredKey): FoundKey {
  if (sealedKey === null) return erasedAt === null ? 'lost' : 'erased';
  try {
    return createSecretKey(seal.unseal(sealedKey, personKeyPlace(personId)), 'base64url');
  } catch {
    return 'lost'; // the reader says so where it matters; the rest stays readable
  }
}
