import { KeyObject } from 'node:crypto';
import type { Reader } from '../../platform/database/unit.ts';
import type { Seal } from '../../platform/secrets/seal.ts';
import { type FoundKey, keysForReading } from '../people/keys.ts';
import { openValues } from '../people/values.ts';
import type { PersonalPart } from '../record.entity.ts';
import { entryHash, genesis, recordDigest, version } from '../seals/chain.ts';
import type { Sealed } from './entries.ts';
import { type Finding, finding } from './findings.ts';

type Keys = ReadonlyMap<string, FoundKey>;

/** Goes along one chain, entry by entry, and knows where it is: nothing of what it has passed is kept. */
export class ChainWalk {
  position = 0;
  hash: string;
  /** Sets of values whose key was destroyed. */
  erased = 0;

  constructor(chainId: string) {
    this.hash = genesis(chainId);
  }

  /** Checks the next entry and its record; goes on when both are right. @param page where it may have been moved to */
  step(sealed: Sealed, page: readonly Sealed[], keys: Keys): Finding | null {
    const { entry, record } = sealed;
    const named = { ...entry, position: this.position + 1 };
    if (entry.position !== named.position) return finding('entryMissing', { position: named.position });
    if (entry.version !== version) return finding('entryAltered', named);
    if (entryHash(entry, this.hash) !== entry.hash) {
      const isElsewhere = page.some((other) => this.#belongsHere(other, named.position));
      return finding(isElsewhere ? 'entryMoved' : 'entryAltered', named);
    }
    if (!record) return finding('recordMissing', named);
    if (recordDigest(record) !== entry.digest) return finding('recordAltered', named);
    if (sealed.position !== entry.position) return finding('recordMoved', named);
    const wrong = this.#checkValues(record, keys);
    if (wrong) return finding(wrong, named);
    this.position = entry.position;
    this.hash = entry.hash;
    return null;
  }

  #belongsHere({ entry }: Sealed, position: number): boolean {
    return entry.position !== position && entryHash({ ...entry, position }, this.hash) === entry.hash;
  }

  #checkValues(record: NonNullable<Sealed['record']>, keys: Keys): 'valuesAltered' | 'keyLost' | null {
    const parts = partsOf(record);
    const values = listOf(record.sealedValues);
    if (values?.length !== parts.length) return 'valuesAltered';
    for (const [i, part] of parts.entries()) {
      const key = keys.get(part.person);
      if (key === 'erased') this.erased++;
      else if (part.digest === '') continue; // written when there was no key to keep them under
      else if (!(key instanceof KeyObject)) return 'keyLost';
      else if (!openValues(key, record.id, part, String(values[i]))) return 'valuesAltered';
    }
    return null;
  }
}

/** The keys of everybody in a page. */
export const keysOf = (on: Reader, seal: Seal, page: readonly Sealed[]): Promise<Keys> =>
  keysForReading(
    on,
    seal,
    page.flatMap(({ record }) => (record ? partsOf(record).map(({ person }) => person) : [])),
  );

const partsOf = (record: NonNullable<Sealed['record']>): PersonalPart[] =>
  (listOf(record.personal) ?? []) as PersonalPart[];

/** A list of JSON, empty for none; null for what is no list: whoever altered it may have written anything. */
function listOf(text: string | null): unknown[] | null {
  if (text === null) return [];
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}
