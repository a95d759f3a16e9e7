import { EntitySchema } from 'typeorm';
import { type Columns, id, integer, longText, time } from '../../platform/database/columns.ts';
import type { SealedColumn } from '../../platform/secrets/sealed.ts';

/** A signed word on how long a chain was, and with what hash, at the end of an hour. */
export interface Digest {
  chainId: string;
  /** The first is 1; each names the hash of the one before. */
  number: number;
  /** The chain's head. */
  position: number;
  /** It covers what was sealed from here, the end of the digest before … */
  since: number;
  /** … to here, the end of an hour. */
  until: number;
  /** The digest itself: a JSON Web Signature in compact form (RFC 7515 §7.1). */
  jws: string;
  /** When it was written as a file; null while it must still be. */
  filedAt: number | null;
}

/** A key that signs digests. */
export interface TrailKey {
  id: string;
  /** PEM. */
  publicKey: string;
  /** PEM, sealed. */
  privateKey: string;
  createdAt: number;
}

export const DigestTable = new EntitySchema<Digest>({
  name: 'TrailDigest',
  tableName: 'trail_digests',
  columns: {
    chainId: { ...id, primary: true },
    number: { ...integer, primary: true },
    position: integer,
    since: time,
    until: time,
    jws: longText,
    filedAt: { ...time, nullable: true },
  } satisfies Columns<Digest>,
});

export const TrailKeyTable = new EntitySchema<TrailKey>({
  name: 'TrailKey',
  tableName: 'trail_keys',
  columns: {
    id: { ...id, primary: true },
    publicKey: longText,
    privateKey: longText,
    createdAt: time,
  } satisfies Columns<TrailKey>,
});

export const trailKeySecret: SealedColumn = { table: 'trail_keys', column: 'privateKey', key: 'id' };
