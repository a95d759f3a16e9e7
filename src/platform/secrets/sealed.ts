import type { SealPlace } from './seal.ts';

/** A column whose texts are sealed; declared beside its entity, and named in `src/storage`, so that keys can be changed. */
export interface SealedColumn {
  table: string;
  column: string;
  /** The column that names the row in the seal's place. */
  key: string;
}

/** Where the secret of one row is sealed to. */
export const placeIn = ({ table, column }: SealedColumn, row: string): SealPlace => ({ table, row, column });
