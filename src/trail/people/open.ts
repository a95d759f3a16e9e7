import { KeyObject } from 'node:crypto';
import type { Reader } from '../../platform/database/unit.ts';
import type { Seal } from '../../platform/secrets/seal.ts';
import type { TrailRecord } from '../record.entity.ts';
import { keysForReading } from './keys.ts';
import { putAt } from './personal.ts';
import { openValues } from './values.ts';

/** What stands for a value whose key was destroyed, and for one that was altered. */
const erasedMark = '(erased)';
const alteredMark = '(altered)';

/** The records with their personal values in place, as far as these can still be read: one query for all of them. */
export async function openRecords(on: Reader, seal: Seal, records: TrailRecord[]): Promise<TrailRecord[]> {
  const people = records.flatMap(({ personal }) => (personal ?? []).map(({ person }) => person));
  const keys = await keysForReading(on, seal, people);
  for (const record of records) {
    record.personal?.forEach((part, i) => {
      const key = keys.get(part.person);
      const values = key instanceof KeyObject ? openValues(key, record.id, part, record.sealedValues?.[i] ?? '') : null;
      const otherwise = key === 'erased' ? erasedMark : alteredMark;
      part.paths.forEach((path, at) => putAt(record, path, values?.[at] ?? otherwise));
    });
  }
  return records;
}
