import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, longText, text, time } from '../../platform/database/columns.ts';
import type { SealedColumn } from '../../platform/secrets/sealed.ts';

/** The head of one organisation's chain. */
export interface Chain {
  /** The organisation's id; `installation` for what concerns no single one. */
  id: string;
  /** The last record's place; the first is 1. */
  position: number;
  hash: string;
  /** Position and hash, sealed: a head that somebody else has moved does not fit. */
  proof: string;
  createdAt: number;
}

/** One record's place in a chain. Rows are only ever added. */
export interface ChainEntry {
  chainId: string;
  position: number;
  /** How record and entry are encoded. */
  version: number;
  recordId: string;
  /** As in the record, so that one that is missing can be named. */
  eventName: string;
  eventTime: number;
  /** Of the record. */
  digest: string;
  /** Of this entry and the hash before it. */
  hash: string;
}

export const ChainTable = new EntitySchema<Chain>({
  name: 'TrailChain',
  tableName: 'trail_chains',
  columns: {
    id: { ...id, primary: true },
    position: integer,
    hash: text(64),
    proof: longText,
    createdAt: time,
  } satisfies Columns<Chain>,
});

export const ChainEntryTable = new EntitySchema<ChainEntry>({
  name: 'TrailChainEntry',
  tableName: 'trail_chain',
  columns: {
    chainId: { ...id, primary: true },
    position: { ...integer, primary: true },
    version: integer,
    recordId: id,
    eventName: text(64),
    eventTime: time,
    digest: text(64),
    hash: text(64),
  } satisfies Columns<ChainEntry>,
});

export const chainProof: SealedColumn = { table: 'trail_chains', column: 'proof', key: 'id' };
